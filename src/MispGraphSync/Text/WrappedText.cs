using System.Text;

namespace MispGraphSync.Text;

/// <summary>Lines of text for people, broken between words where the terminal is too narrow.</summary>
/// <param name="width">Columns.</param>
internal sealed class WrappedText(int width, AnsiStyle ink)
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds a line. What does not fit goes on below, under the text that stands behind the line's label or number.</summary>
    /// <param name="hang">The columns that what goes on below is set in by; null: so that it stands where it belongs.</param>
    public void Line(string text, Func<AnsiStyle, string, string>? paint = null, int? hang = null)
    {
        foreach (var line in Lines(text, width, hang)) _text.AppendLine(paint is null ? line : paint(ink, line));
    }

    public void Blank()
    {
        if (_text.Length > 0) _text.AppendLine();
    }

    public override string ToString() => _text.ToString().TrimEnd();

    /// <summary>Each line of a text as lines that fit. A word that is longer than a line stays whole, so that it can be copied.</summary>
    /// <param name="hang">The columns that what goes on below is set in by; null: as <see cref="Line"/> does.</param>
    public static string Wrap(string text, int width, int? hang = null) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => Lines(line, width, hang)));

    private static IEnumerable<string> Lines(string text, int width, int? indent = null)
    {
        if (TextWidth.Of(text) <= width) return [text];
        var hang = new string(' ', indent ?? Hang(text, width));
        var little = new string(' ', Math.Min(hang.Length, text.Length - text.TrimStart(' ').Length + 2));
        var lines = new List<string>();
        var line = new StringBuilder();
        var hasWord = false;
        foreach (var (gap, word) in Words(text))
        {
            if (hasWord && TextWidth.Of(line.ToString()) + gap.Length + TextWidth.Of(word) > width)
            {
                lines.Add(line.ToString());
                // A long address is given the room of a whole line.
                line.Clear().Append(hang.Length + TextWidth.Of(word) > width ? little : hang).Append(word);
                continue;
            }

            line.Append(gap).Append(word);
            hasWord = true;
        }

        lines.Add(line.ToString());
        return lines;
    }

    /// <summary>Where what follows begins: behind the first two blanks in a row, as between a label and its text; else a little further in.</summary>
    private static int Hang(string text, int width)
    {
        var indent = text.Length - text.TrimStart(' ').Length;
        var label = text.IndexOf("  ", indent, StringComparison.Ordinal);
        if (label < 0) return Math.Min(indent + 2, width / 2);
        var behind = label;
        while (behind < text.Length && text[behind] == ' ') behind++;
        return behind <= width / 2 ? behind : Math.Min(indent + 2, width / 2);
    }

    /// <summary>Each word with the blanks before it. A number stays with what it counts: "1 rule".</summary>
    private static IEnumerable<(string Gap, string Word)> Words(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var word = at;
            while (word < text.Length && text[word] == ' ') word++;
            var end = word;
            while (end < text.Length && text[end] != ' ') end++;
            if (IsNumber(text.AsSpan(word, end - word)) && end + 1 < text.Length && text[end + 1] != ' ')
            {
                end++;
                while (end < text.Length && text[end] != ' ') end++;
            }

            if (word < text.Length) yield return (text[at..word], text[word..end]);
            at = end;
        }
    }

    private static bool IsNumber(ReadOnlySpan<char> word)
    {
        foreach (var sign in word)
        {
            if (!char.IsAsciiDigit(sign) && sign != ',') return false;
        }

        return !word.IsEmpty && word[^1] != ',';
    }
}
