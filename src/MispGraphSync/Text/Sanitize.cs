using System.Globalization;
using System.Text;

namespace MispGraphSync.Text;

/// <summary>
/// Text from MISP or from a service, made safe to look at: control characters, bidirectional overrides and other invisible
/// characters are written out, so that a value can neither move the cursor nor pass for another.
/// </summary>
internal static class Sanitize
{
    /// <summary>One line; longer than <paramref name="most"/> characters is cut and ends in an ellipsis.</summary>
    public static string ForDisplay(string text, int most = 400)
    {
        if (text.Length <= most && !HasUnsafe(text)) return text;
        var line = new StringBuilder(Math.Min(text.Length, most) + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= most) return line.Append('…').ToString();
            if (IsUnsafe(rune)) line.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else line.Append(rune.ToString());
        }

        return line.ToString();
    }

    private static bool HasUnsafe(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsUnsafe(rune)) return true;
        }

        return false;
    }

    private static bool IsUnsafe(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
