using System.Buffers;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>What is done to every value and name before anything looks at it.</summary>
public static class ValueText
{
    /// <summary>
    /// The most characters of one observable. No product takes more in one field, and whatever comes after can rely on it:
    /// a longer value is refused, never cut, since a cut value is another value.
    /// </summary>
    public const int MaxLength = 4_096;

    // C0, DEL and C1 with the next line among them; line and paragraph separator.
    private static readonly SearchValues<char> Breaks = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Append(0x2028).Append(0x2029).Select(c => (char)c)]);

    /// <summary>
    /// A value without what surrounds it and cannot be seen, in canonical composition (NFC). Nothing inside is removed: that
    /// would make two values into one. Texts longer than <see cref="MaxLength"/> stay uncomposed; they are refused anyway.
    /// </summary>
    public static string Trim(string text)
    {
        if (IsPlain(text)) return text;

        var (start, end) = (0, text.Length);
        while (start < end && IsUnseen(text[start])) start++;
        while (end > start && IsUnseen(text[end - 1])) end--;
        return Compose(text[start..end]);
    }

    /// <summary>
    /// A name or tag, for comparing and showing: as <see cref="Trim"/>, inside it one blank for control characters and line
    /// breaks, U+FFFD for half a surrogate pair, and no marks that cannot be seen.
    /// </summary>
    public static string Clean(string text)
    {
        if (IsPlain(text)) return text;

        var builder = new StringBuilder(text.Length);
        foreach (var rune in Trim(text).EnumerateRunes())
        {
            var c = rune.IsBmp ? (char)rune.Value : '\0';
            if (c == '\0' ? rune.Value != 0 : !Breaks.Contains(c) && !IsMark(c)) builder.Append(rune);
            else if (!IsMark(c) && builder[^1] != ' ') builder.Append(' ');
        }

        return Compose(builder.ToString());
    }

    /// <summary>
    /// True for a value with a control character or line break inside. It may be two values that were pasted into one field.
    /// </summary>
    public static bool HasBreak(string trimmed) => trimmed.AsSpan().ContainsAny(Breaks);

    /// <summary>
    /// True for a value that lost something on its way: half a surrogate pair, or U+FFFD and what else is no character.
    /// </summary>
    public static bool IsDamaged(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uFFFF')) return false;
        foreach (var rune in text.EnumerateRunes())
        {
            // The last two of each plane, and 32 of the first plane, are no characters. Half a pair comes as U+FFFD.
            if (rune.Value is 0xFFFD or (>= 0xFDD0 and <= 0xFDEF) || (rune.Value & 0xFFFE) == 0xFFFE) return true;
        }

        return false;
    }

    /// <summary>True when nothing is to be done, as for nearly every value: printable ASCII without outer blanks.</summary>
    private static bool IsPlain(string text)
    {
        if (text.Length == 0) return true;
        return text[0] != ' ' && text[^1] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
    }

    private static string Compose(string text) => text.Length <= MaxLength ? UnicodeComposition.Compose(text) : text;

    /// <summary>A blank, a control character or a mark: nothing to look at alone.</summary>
    internal static bool IsUnseen(char c) => char.IsWhiteSpace(c) || Breaks.Contains(c) || IsMark(c);

    /// <summary>
    /// What changes the look of a text but not its letters: direction marks and overrides, zero-width blanks, soft hyphens,
    /// byte-order marks. They come from web pages, or hide something from a reviewer. The zero-width joiners are no marks:
    /// Persian, Hindi and emoji are not the same without them.
    /// </summary>
    private static bool IsMark(char c) => c is '\u00AD' or '\u061C' or '\u200B' or '\u200E' or '\u200F' or '\u2060' or '\uFEFF'
        or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
