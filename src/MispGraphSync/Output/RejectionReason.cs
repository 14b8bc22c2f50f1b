using System.Text.RegularExpressions;

namespace MispGraphSync.Output;

/// <summary>
/// The service's words without the values that differ between indicators, so that the same complaint about a thousand of them
/// is one line.
/// </summary>
internal static partial class RejectionReason
{
    private const int MaxLength = 160;

    /// <param name="value">The value that the response may quote; null when it is unknown.</param>
    public static string Of(string response, string? value)
    {
        var words = Normalise(response, value);
        return words.Length == 0 ? "(no words)" : Sanitize.ForDisplay(words, MaxLength);
    }

    /// <summary>The same, neither truncated nor sanitized.</summary>
    public static string Normalise(string response, string? value)
    {
        var words = value is { Length: > 2 } ? response.Replace(value, "…", StringComparison.OrdinalIgnoreCase) : response;
        return Blanks().Replace(Number().Replace(Value().Replace(words, "…"), "#"), " ").Trim();
    }

    // UUIDs, addresses, quotations and hashes. In quotes 'networkIPv4' is a name; 'evil.example' and "1.2" are values.
    [GeneratedRegex(
        @"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b[a-zA-Z]{3,6}://[^\s'""]+"
        + @"|'(?![A-Za-z][A-Za-z0-9]{1,40}')[^']*'|""(?![A-Za-z][A-Za-z0-9]{1,40}"")[^""]*""|\b[0-9a-fA-F]{16,}\b")]
    private static partial Regex Value();

    // But not the status at the beginning of an answer.
    [GeneratedRegex(@"\b(?![45]\d\d: )\d+(?:[.,:]\d+)*\b")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
