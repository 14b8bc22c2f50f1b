using System.Globalization;
using System.Text;

namespace MispGraphSync.Text;

/// <summary>
/// Makes text from MISP or from a service safe: for a person by writing out what cannot be seen, so that a value can neither
/// move the cursor nor pass for another; for a service's field by removing it.
/// </summary>
internal static class Sanitize
{
    private const char Ellipsis = '…';

    /// <summary>One line with invisible characters as escapes; cut at <paramref name="max"/> characters with an ellipsis.</summary>
    public static string ForDisplay(string text, int max = 400)
    {
        if (text.Length <= max && !HasInvisible(text)) return text;
        var line = new StringBuilder(Math.Min(text.Length, max) + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= max) return line.Append(Ellipsis).ToString();
            if (IsInvisible(rune)) line.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else line.Append(rune.ToString());
        }

        return line.ToString();
    }

    /// <summary>One line of at most so many characters.</summary>
    public static string ForField(string text, int max) => Truncate(OneLine(text), max);

    /// <summary>Spaces and control characters become single spaces; characters that change the writing direction are removed.</summary>
    public static string OneLine(string text)
    {
        if (IsPlainLine(text)) return text;
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsDirection(rune.Value)) continue;
            if (!Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune)) line.Append(rune);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        }

        return line.ToString().TrimEnd();
    }

    /// <summary>Cuts between user-perceived characters and adds an ellipsis.</summary>
    public static string Truncate(string text, int max)
    {
        if (text.Length <= max) return text;
        var end = 0;
        while (true)
        {
            var next = end + StringInfo.GetNextTextElementLength(text.AsSpan(end));
            if (next > max - 1) return text[..end].TrimEnd() + Ellipsis;
            end = next;
        }
    }

    /// <summary>The usual case, without an allocation: printable ASCII with single spaces.</summary>
    private static bool IsPlainLine(string text)
    {
        if (text.Length == 0) return true;
        if (text[0] == ' ' || text[^1] == ' ') return false;
        return !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("  ", StringComparison.Ordinal);
    }

    private static bool HasInvisible(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsInvisible(rune)) return true;
        }

        return false;
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static bool IsDirection(int rune) =>
        rune is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C;
}
