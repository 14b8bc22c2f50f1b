using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>What is done to every value before anything looks at it.</summary>
public static class Text
{
    /// <summary>
    /// The most characters of one observable. No product takes more in one field, and whatever comes after can rely on it:
    /// a longer value is refused, never cut, since a cut value is another value.
    /// </summary>
    public const int MaxLength = 4_096;

    /// <summary>
    /// Without what cannot be seen, in canonical composition (NFC), without outer white space. Texts longer than
    /// <see cref="MaxLength"/> come back uncomposed: they are refused anyway.
    /// </summary>
    public static string Clean(string text)
    {
        if (IsPlain(text)) return text;

        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                builder.Append(text[i]).Append(text[++i]);
            }
            else if (!IsUnseen(text[i]))
            {
                builder.Append(text[i]);
            }
        }

        var seen = builder.ToString().Trim();
        return seen.Length <= MaxLength ? Canonical.Compose(seen) : seen;
    }

    /// <summary>True when nothing is to be done, as for nearly every value: printable ASCII without outer blanks.</summary>
    private static bool IsPlain(string text)
    {
        if (text.Length == 0) return true;
        return text[0] != ' ' && text[^1] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
    }

    /// <summary>
    /// Control characters; lone halves of surrogate pairs, which no encoding can write; line separators; and what changes the
    /// look of a text but not its letters (direction marks and overrides, zero-width blanks, byte-order marks). They get into
    /// MISP by copying from web pages, or so that a reviewer reads something else than what is there. The zero-width joiners
    /// stay: Persian, Hindi and emoji are not the same without them.
    /// </summary>
    private static bool IsUnseen(char c) => char.IsControl(c) || char.IsSurrogate(c) || c is
        '\u061C' or '\u200B' or '\u200E' or '\u200F' or '\u2060' or '\uFEFF'
        or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
