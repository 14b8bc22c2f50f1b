using System.Text;
using System.Text.RegularExpressions;

namespace MispGraphSync.Text;

/// <summary>Lines of text for people, broken between words where the terminal is too narrow.</summary>
/// <param name="width">Columns.</param>
internal sealed partial class WrappedText(int width, AnsiStyle style)
{
    private readonly StringBuilder _text = new();

    public AnsiStyle Style => style;

    /// <summary>Adds a line. It continues below its own text, after its label or number.</summary>
    /// <param name="hang">The indentation of continued lines; null: as above.</param>
    public void Line(string text, Func<string, string>? paint = null, int? hang = null)
    {
        foreach (var line in WrapLine(text, width, hang)) _text.AppendLine(paint?.Invoke(line) ?? line);
    }

    public void Blank()
    {
        if (_text.Length > 0) _text.AppendLine();
    }

    public override string ToString() => _text.ToString().TrimEnd();

    /// <summary>Wraps each line of a text. A word longer than a line stays whole, so that it can be copied.</summary>
    /// <param name="hang">The indentation of continued lines; null: as <see cref="Line"/>.</param>
    public static string Wrap(string text, int width, int? hang = null) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => WrapLine(line, width, hang)));

    private static IEnumerable<string> WrapLine(string text, int width, int? hang)
    {
        if (TextWidth.Of(text) <= width) return [text];
        var start = text.Length - text.TrimStart(' ').Length;
        var indent = hang ?? HangOf(text, start, width);
        var (lines, line) = (new List<string>(), "");
        foreach (Match match in Words().Matches(text))
        {
            var word = match.Groups["word"].Value;
            if (line.Length == 0 || TextWidth.Of(line + match.Value) <= width)
            {
                line += match.Value;
                continue;
            }

            lines.Add(line);
            // A long address gets a whole line.
            line = new string(' ', indent + TextWidth.Of(word) > width ? Math.Min(indent, start + 2) : indent) + word;
        }

        lines.Add(line);
        return lines;
    }

    /// <summary>After the first two blanks, as between a label and its text; else a little further in.</summary>
    private static int HangOf(string text, int start, int width)
    {
        var label = text.IndexOf("  ", start, StringComparison.Ordinal);
        var hang = label < 0 ? width : label + text.AsSpan(label).IndexOfAnyExcept(' ');
        return hang <= width / 2 ? hang : Math.Min(start + 2, width / 2);
    }

    /// <summary>Each word with the blanks before it. A number stays with what it counts: "1 rule".</summary>
    [GeneratedRegex(" *(?<word>(?:[0-9,]*[0-9] )?[^ ]+)")]
    private static partial Regex Words();
}
