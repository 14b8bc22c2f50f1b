using System.Diagnostics.CodeAnalysis;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>48-bit hardware addresses, written <c>00:00:5e:00:53:01</c> whatever stood between the digits.</summary>
public static class MacAddresses
{
    /// <summary>Twelve hex digits, bare or in groups of two, four or six with one separator (<c>:</c>, <c>-</c> or <c>.</c>).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out string? address)
    {
        address = null;
        // 12 digits in groups of 12, 6, 4 or 2.
        var group = text.Length switch { 12 => 12, 13 => 6, 14 => 4, 17 => 2, _ => 0 };
        if (group == 0 || (group < 12 && text[group] is not (':' or '-' or '.'))) return false;

        Span<char> digits = stackalloc char[17];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (i % (group + 1) == group)
            {
                if (text[i] != text[group]) return false;
                continue;
            }

            if (!char.IsAsciiHexDigit(text[i])) return false;
            digits[count / 2 * 3 + count % 2] = char.ToLowerInvariant(text[i]);
            count++;
        }

        for (var i = 2; i < digits.Length; i += 3) digits[i] = ':';
        address = digits.ToString();
        return true;
    }
}
