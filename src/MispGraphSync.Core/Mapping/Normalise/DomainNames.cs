using System.Buffers;
using System.Globalization;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// Host names by UTS #46: lower case, punycode, no trailing dot, at most 253 characters in labels of at most 63. DNS carries more
/// than registries allow: any direction of writing, hyphens and underscores anywhere, single labels, any punycode.
/// </summary>
public static class DomainNames
{
    internal const int MaxLength = 253;
    private const int NonJoiner = 0x200C, Joiner = 0x200D;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Null for wildcards, schemes, blanks and paths, and for a number as the last label: that is a broken address.</summary>
    public static string? Normalise(string text)
    {
        if (text.Length > ValueText.MaxLength) return null;
        if (!Ascii.IsValid(text)) text = ToAscii(text) ?? "";
        if (text.EndsWith('.')) text = text[..^1];
        if (text.Length is 0 or > MaxLength) return null;

        var label = 0;
        var anyUpper = false;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (label == 0) return null;
                label = 0;
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return null;
            if (++label > 63) return null;
            anyUpper |= char.IsAsciiLetterUpper(c);
        }

        if (label == 0 || IsNumber(text.AsSpan(text.Length - label))) return null;
        return anyUpper ? text.ToLowerInvariant() : text;
    }

    // Decimal, or 0x and hex digits: browsers read a name that ends in one as an address.
    private static bool IsNumber(ReadOnlySpan<char> label) => label is ['0', 'x' or 'X', .. var hex]
        ? !hex.ContainsAnyExcept(Hex)
        : !label.ContainsAnyExceptInRange('0', '9');

    private static string? ToAscii(string text)
    {
        // UTS #46 ignores zero-width spaces and byte-order marks, but between two names they separate a list.
        if (text.Split('\u200B', '\uFEFF').Count(part => part.Trim('.').Contains('.')) > 1) return null;
        if (HostNameMappings.Map(text) is not { } mapped) return null;

        var labels = mapped.Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            if (!Ascii.IsValid(labels[i]) && !IsLabel([.. labels[i].EnumerateRunes()])) return null;
            if (Punycode.Encode(labels[i]) is not { } encoded) return null;
            labels[i] = encoded;
        }

        return string.Join('.', labels);
    }

    private static bool IsLabel(Rune[] label)
    {
        // A label with the prefix of punycode would be encoded already, so it would be ASCII.
        if (IsMark(label[0]) || label is [{ Value: 'x' }, { Value: 'n' }, { Value: '-' }, { Value: '-' }, ..]) return false;
        for (var i = 0; i < label.Length; i++)
        {
            var isJoiner = label[i].Value is NonJoiner or Joiner;
            if (isJoiner ? !IsValidJoiner(label, i) : !label[i].IsAscii && !IsNameCharacter(label[i])) return false;
        }

        return true;
    }

    // RFC 5892, A.1 and A.2: a joiner follows a virama, or keeps two letters of a cursive script apart. Elsewhere it is invisible.
    private static bool IsValidJoiner(Rune[] label, int at)
    {
        if (at == 0) return false;
        if (UnicodeComposition.IsVirama(label[at - 1].Value)) return true;
        return label[at].Value == NonJoiner && at + 1 < label.Length && IsCursive(label[at - 1]) && IsCursive(label[at + 1]);
    }

    private static bool IsCursive(Rune rune) => rune.Value is (>= 0x600 and <= 0x8FF) or (>= 0x1800 and <= 0x18AF);

    // Letters, marks, numbers, and symbols, since there are emoji names; of punctuation only the dots inside Catalan, Hebrew and
    // Japanese words: quotes and dashes around a name come from the text it was copied from.
    private static bool IsNameCharacter(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.IsSymbol(rune) || rune.Value is 0xB7 or 0x30FB or 0x05F3 or 0x05F4 || IsMark(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
