using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>Host names: lower case, punycode, no trailing dot, at most 253 characters in labels of at most 63.</summary>
public static class DomainNames
{
    public const int MaxLength = 253;

    /// <summary>
    /// False for wildcards, schemes, blanks, paths, and for names whose last label is a number: those are broken addresses.
    /// Underscores pass (<c>_dmarc.example.com</c> is seen in DNS), single labels too.
    /// </summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        if (text.Length > Text.MaxLength) return false;
        if (!Ascii.IsValid(text) && (text = ToAscii(text) ?? "").Length == 0) return false;
        if (text.EndsWith('.')) text = text[..^1];
        if (text.Length is 0 or > MaxLength) return false;

        var label = 0;
        var allDigits = true;
        var anyUpper = false;
        foreach (var c in text)
        {
            if (c == '.')
            {
                if (label == 0) return false;
                (label, allDigits) = (0, true);
                continue;
            }

            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
            if (++label > 63) return false;
            allDigits &= char.IsAsciiDigit(c);
            anyUpper |= char.IsAsciiLetterUpper(c);
        }

        if (label == 0 || allDigits) return false;
        domain = anyUpper ? text.ToLowerInvariant() : text;
        return true;
    }

    private static string? ToAscii(string text)
    {
        var labels = text.ToLowerInvariant().Split('.', '\u3002', '\uFF0E', '\uFF61');
        for (var i = 0; i < labels.Length; i++)
        {
            // Lower case can fall out of composition.
            var label = Canonical.Compose(labels[i]);
            foreach (var rune in label.EnumerateRunes())
            {
                if (!rune.IsAscii && !MayStandInName(rune)) return null;
            }

            if (Punycode.Encode(label) is not { } encoded) return null;
            labels[i] = encoded;
        }

        return string.Join('.', labels);
    }

    /// <summary>
    /// Letters, marks, numbers, and symbols, since there are emoji names; of punctuation only the dots inside Catalan,
    /// Hebrew and Japanese words. Wider than a registry allows: what was seen in DNS was seen.
    /// </summary>
    private static bool MayStandInName(Rune rune) =>
        Rune.IsLetterOrDigit(rune) || Rune.IsSymbol(rune) || rune.Value is 0xB7 or 0x30FB or 0x05F3 or 0x05F4
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;
}
