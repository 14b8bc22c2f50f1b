using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// Host names by UTS #46: lower case, punycode, no trailing dot, at most 253 characters in labels of at most 63. Wider than a
/// registry allows, since what was seen in DNS was seen: any direction of writing, hyphens and underscores anywhere, and
/// punycode as it is.
/// </summary>
public static class DomainNames
{
    public const int MaxLength = 253;

    private const int NonJoiner = 0x200C, Joiner = 0x200D;

    // Zero-width space, byte-order mark
    private static readonly char[] ZeroWidth = ['\u200B', '\uFEFF'];

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>
    /// False for wildcards, schemes, blanks, paths, and for names whose last label is a number: those are broken addresses.
    /// Underscores pass (<c>_dmarc.example.com</c> is seen in DNS), single labels too.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        if (text.Length > ValueText.MaxLength) return false;
        if (!Ascii.IsValid(text) && (text = ToAscii(text) ?? "").Length == 0) return false;
        if (text.EndsWith('.')) text = text[..^1];
        if (text.Length is 0 or > MaxLength) return false;

        var label = 0;
        var anyUpper = false;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (label == 0) return false;
                label = 0;
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
            if (++label > 63) return false;
            anyUpper |= char.IsAsciiLetterUpper(c);
        }

        if (label == 0 || IsNumber(text.AsSpan(text.Length - label))) return false;
        domain = anyUpper ? text.ToLowerInvariant() : text;
        return true;
    }

    /// <summary>Decimal or 0x and hex digits: what ends in one is an address to a browser, or nothing.</summary>
    private static bool IsNumber(ReadOnlySpan<char> label)
    {
        if (label is ['0', 'x' or 'X', .. var hex]) return !hex.ContainsAnyExcept(Hex);
        return !label.ContainsAnyExceptInRange('0', '9');
    }

    private static string? ToAscii(string text)
    {
        // UTS #46 ignores them, but between two names they are what is left of a list.
        if (text.Split(ZeroWidth).Count(part => part.Trim('.').Contains('.')) > 1) return null;
        if (!HostNameMappings.TryMap(text, out var mapped)) return null;

        var labels = mapped.Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            var label = labels[i];
            if (!Ascii.IsValid(label) && !IsLabel([.. label.EnumerateRunes()])) return null;
            if (Punycode.Encode(label) is not { } encoded) return null;
            labels[i] = encoded;
        }

        return string.Join('.', labels);
    }

    private static bool IsLabel(Rune[] label)
    {
        if (IsMark(label[0])) return false;
        // Such a label is encoded already, so it is ASCII.
        if (label is [{ Value: 'x' }, { Value: 'n' }, { Value: '-' }, { Value: '-' }, ..]) return false;
        for (var i = 0; i < label.Length; i++)
        {
            var isJoiner = label[i].Value is NonJoiner or Joiner;
            if (isJoiner ? !MayJoin(label, i) : !label[i].IsAscii && !MayStandInName(label[i])) return false;
        }

        return true;
    }

    /// <summary>
    /// RFC 5892, A.1 and A.2: a joiner follows a virama, or keeps two letters of a cursive script apart. A joiner elsewhere
    /// changes nothing that is seen.
    /// </summary>
    private static bool MayJoin(Rune[] label, int at)
    {
        if (at == 0) return false;
        if (UnicodeComposition.IsVirama(label[at - 1].Value)) return true;
        return label[at].Value == NonJoiner && at + 1 < label.Length && IsCursive(label[at - 1]) && IsCursive(label[at + 1]);
    }

    private static bool IsCursive(Rune rune) => rune.Value is (>= 0x600 and <= 0x8FF) or (>= 0x1800 and <= 0x18AF);

    /// <summary>
    /// Letters, marks, numbers, and symbols, since there are emoji names; of punctuation only the dots inside Catalan,
    /// Hebrew and Japanese words: quotes and dashes around a name come from the text it was copied from.
    /// </summary>
    private static bool MayStandInName(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.IsSymbol(rune) || rune.Value is 0xB7 or 0x30FB or 0x05F3 or 0x05F4 || IsMark(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
