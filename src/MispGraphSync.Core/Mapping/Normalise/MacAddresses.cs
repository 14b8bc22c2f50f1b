using System.Diagnostics.CodeAnalysis;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>48-bit hardware addresses, written <c>00:00:5e:00:53:01</c> whatever stood between the digits.</summary>
public static class MacAddresses
{
    public static bool TryRead(string text, [NotNullWhen(true)] out string? address)
    {
        address = null;
        Span<char> digits = stackalloc char[17];
        var count = 0;
        foreach (var c in text)
        {
            if (c is ':' or '-' or '.') continue;
            if (!char.IsAsciiHexDigit(c) || count == 12) return false;
            digits[count / 2 * 3 + count % 2] = char.ToLowerInvariant(c);
            count++;
        }

        if (count != 12) return false;
        for (var i = 2; i < digits.Length; i += 3) digits[i] = ':';
        address = digits.ToString();
        return true;
    }
}
