using System.Buffers;
using static MispGraphSync.Core.Domain.HashAlgorithm;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>File hashes: right length, lower case where case means nothing. Null for any other text.</summary>
public static class Hashes
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    public static string? Normalise(HashAlgorithm algorithm, string text)
    {
        if (text.Length > ValueText.MaxLength || !HasForm(algorithm, text)) return null;
        return algorithm is Ssdeep or Impfuzzy ? text : text.ToLowerInvariant();
    }

    /// <summary>Certificate viewers put a colon or a blank between the bytes.</summary>
    public static string? NormaliseFingerprint(HashAlgorithm algorithm, string text) => Normalise(algorithm, WithoutSeparators(text));

    /// <summary>Pairs of digits with one kind of separator between them, joined; any other text unchanged.</summary>
    internal static string WithoutSeparators(string text)
    {
        if (text.Length < 3 || text.Length % 3 != 2 || text[2] is not (':' or ' ')) return text;
        for (var i = 2; i < text.Length; i += 3)
        {
            if (text[i] != text[2]) return text;
        }

        return string.Concat(text.Where((_, i) => i % 3 != 2));
    }

    private static bool HasForm(HashAlgorithm algorithm, string text) => algorithm switch
    {
        Md5 or Imphash => IsHex(text, 32),
        Sha1 or Pehash => IsHex(text, 40),
        Sha224 or Sha512Of224 or Sha3Of224 => IsHex(text, 56),
        Sha256 or Sha512Of256 or Sha3Of256 or Authentihash => IsHex(text, 64),
        Sha384 or Sha3Of384 => IsHex(text, 96),
        Sha512 or Sha3Of512 => IsHex(text, 128),
        Telfhash => IsHex(text, 70),
        Cdhash => text.Length >= 40 && IsHex(text, text.Length),
        Tlsh => IsTlsh(text),
        Ssdeep or Impfuzzy => IsPiecewise(text),
        Vhash => text.Length > 0 && !text.Any(char.IsWhiteSpace),
        _ => false,
    };

    private static bool IsHex(ReadOnlySpan<char> text, int length) => text.Length == length && !text.ContainsAnyExcept(Hex);

    // At least 35 hex digits, after the version mark T1 in newer ones.
    private static bool IsTlsh(ReadOnlySpan<char> text)
    {
        if (text is ['t' or 'T', '1', ..]) text = text[2..];
        return text.Length >= 35 && IsHex(text, text.Length);
    }

    // blocksize:text:text
    private static bool IsPiecewise(ReadOnlySpan<char> text)
    {
        Span<Range> parts = stackalloc Range[4];
        return text.Split(parts, ':') == 3
            && text[parts[0]] is [_, ..] size && !size.ContainsAnyExceptInRange('0', '9')
            && text[parts[1]] is [_, ..] first && !first.ContainsAnyExcept(Base64)
            && text[parts[2]] is [_, ..] second && !second.ContainsAnyExcept(Base64);
    }
}
