using System.Buffers;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>The first step for every value and name.</summary>
public static class ValueText
{
    /// <summary>No product takes more characters in one field. A longer value is refused, never cut: that would be another value.</summary>
    public const int MaxLength = 4_096;

    // C0, DEL and C1 with the next line among them; line and paragraph separator.
    private static readonly SearchValues<char> Breaks = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Append(0x2028).Append(0x2029).Select(c => (char)c)]);

    /// <summary>The value in NFC, without invisible characters around it; inside, their removal could make one value of two.</summary>
    public static string Trim(string text)
    {
        if (IsPlain(text)) return text;
        var (start, end) = (0, text.Length);
        while (start < end && IsInvisible(text[start])) start++;
        while (end > start && IsInvisible(text[end - 1])) end--;
        return Compose(text[start..end]);
    }

    /// <summary>A name or tag: trimmed, a blank for control characters, U+FFFD for half a surrogate pair, no invisible marks.</summary>
    public static string Clean(string text)
    {
        if (IsPlain(text)) return text;
        var builder = new StringBuilder(text.Length);
        foreach (var rune in Trim(text).EnumerateRunes())
        {
            var c = rune.IsBmp ? (char)rune.Value : 'x';
            if (IsMark(c)) continue;
            if (!Breaks.Contains(c)) builder.Append(rune);
            else if (builder[^1] != ' ') builder.Append(' ');
        }

        return Compose(builder.ToString());
    }

    /// <summary>True for a control character or line break inside: it may be two values pasted into one field.</summary>
    public static bool HasBreak(string trimmed) => trimmed.AsSpan().ContainsAny(Breaks);

    /// <summary>True for half a surrogate pair, U+FFFD, and code points that are no characters: part of the value was lost.</summary>
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

    /// <summary>A blank, a control character or a mark.</summary>
    internal static bool IsInvisible(char c) => char.IsWhiteSpace(c) || Breaks.Contains(c) || IsMark(c);

    // Printable ASCII without outer blanks, as nearly every value is.
    private static bool IsPlain(string text) =>
        text.Length == 0 || (text[0] != ' ' && text[^1] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~'));

    // A longer text is refused anyway.
    private static string Compose(string text) => text.Length <= MaxLength ? UnicodeComposition.Compose(text) : text;

    // Direction marks and overrides, zero-width blanks, soft hyphens, byte-order marks: they come from web pages, or hide
    // something from a reviewer. Zero-width joiners are not among them: Persian, Hindi and emoji need them.
    private static bool IsMark(char c) => c is '\u00AD' or '\u061C' or '\u200B' or '\u200E' or '\u200F' or '\u2060' or '\uFEFF'
        or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
