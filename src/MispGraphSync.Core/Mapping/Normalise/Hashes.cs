using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>File hashes in their written form: right length, lower case where case means nothing.</summary>
public static class Hashes
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    public static bool TryParse(HashAlgorithm algorithm, string text, [NotNullWhen(true)] out string? hash)
    {
        hash = null;
        if (text.Length > ValueText.MaxLength || !HasForm(algorithm, text)) return false;

        hash = algorithm is HashAlgorithm.Ssdeep or HashAlgorithm.Impfuzzy ? text : text.ToLowerInvariant();
        return true;
    }

    /// <summary>Certificate viewers put a colon or a blank between the bytes.</summary>
    public static bool TryParseFingerprint(HashAlgorithm algorithm, string text, [NotNullWhen(true)] out string? hash) =>
        TryParse(algorithm, WithoutSeparators(text), out hash);

    /// <summary>Pairs of digits with one kind of separator between them, joined; any other text as it is.</summary>
    internal static string WithoutSeparators(string text)
    {
        if (text.Length < 3 || text.Length % 3 != 2 || text[2] is not (':' or ' ')) return text;

        var digits = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i % 3 != 2) digits.Append(text[i]);
            else if (text[i] != text[2]) return text;
        }

        return digits.ToString();
    }

    private static bool HasForm(HashAlgorithm algorithm, string text) => algorithm switch
    {
        HashAlgorithm.Md5 or HashAlgorithm.Imphash => IsHex(text, 32),
        HashAlgorithm.Sha1 or HashAlgorithm.Pehash => IsHex(text, 40),
        HashAlgorithm.Sha224 or HashAlgorithm.Sha512Of224 or HashAlgorithm.Sha3Of224 => IsHex(text, 56),
        HashAlgorithm.Sha256 or HashAlgorithm.Sha512Of256 or HashAlgorithm.Sha3Of256 => IsHex(text, 64),
        HashAlgorithm.Authentihash => IsHex(text, 64),
        HashAlgorithm.Sha384 or HashAlgorithm.Sha3Of384 => IsHex(text, 96),
        HashAlgorithm.Sha512 or HashAlgorithm.Sha3Of512 => IsHex(text, 128),
        HashAlgorithm.Telfhash => IsHex(text, 70),
        HashAlgorithm.Cdhash => IsHex(text, text.Length) && text.Length >= 40,
        HashAlgorithm.Tlsh => IsTlsh(text),
        HashAlgorithm.Ssdeep or HashAlgorithm.Impfuzzy => IsPiecewise(text),
        HashAlgorithm.Vhash => text.Length > 0 && !text.Any(char.IsWhiteSpace),
        _ => false,
    };

    private static bool IsHex(ReadOnlySpan<char> text, int length) => text.Length == length && !text.ContainsAnyExcept(Hex);

    /// <summary>At least 35 hex digits, after the version mark T1 in newer ones.</summary>
    private static bool IsTlsh(ReadOnlySpan<char> text)
    {
        if (text is ['t' or 'T', '1', ..]) text = text[2..];
        return text.Length >= 35 && IsHex(text, text.Length);
    }

    /// <summary><c>blocksize:text:text</c>.</summary>
    private static bool IsPiecewise(ReadOnlySpan<char> text)
    {
        var first = text.IndexOf(':');
        if (first <= 0 || text[..first].ContainsAnyExceptInRange('0', '9')) return false;
        var rest = text[(first + 1)..];
        var second = rest.IndexOf(':');
        return second > 0 && second < rest.Length - 1
            && !rest[..second].ContainsAnyExcept(Base64) && !rest[(second + 1)..].ContainsAnyExcept(Base64);
    }
}
