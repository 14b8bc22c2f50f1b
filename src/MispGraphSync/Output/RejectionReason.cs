using System.Text.RegularExpressions;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>
/// The service's words without what differs from indicator to indicator, so that the same complaint about a thousand of them
/// is one line. Texts in quotes stay where they look like a property's name.
/// </summary>
internal static partial class RejectionReason
{
    private const int Longest = 160;

    /// <param name="response">The service's words.</param>
    /// <param name="value">The value that they may quote; null when it is not known.</param>
    public static string Of(string response, string? value)
    {
        var words = Normalise(response, value);
        return words.Length == 0 ? "(no words)" : Sanitize.ForDisplay(words, Longest);
    }

    /// <inheritdoc cref="Of"/>
    /// <returns>All of it, as it came.</returns>
    public static string Normalise(string response, string? value)
    {
        var words = value is { Length: > 2 } ? response.Replace(value, "…", StringComparison.OrdinalIgnoreCase) : response;
        words = Uuid().Replace(words, "…");
        words = Address().Replace(words, "…");
        words = Quoted().Replace(words, "…");
        words = LongHex().Replace(words, "…");
        words = Number().Replace(words, "#");
        return Blanks().Replace(words, " ").Trim();
    }

    [GeneratedRegex(@"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\b[a-zA-Z]{3,6}://[^\s'""]+")]
    private static partial Regex Address();

    // 'networkIPv4' is a name; 'evil.example' and "1.2" are values.
    [GeneratedRegex(@"'(?![A-Za-z][A-Za-z0-9]{1,40}')[^']*'|""(?![A-Za-z][A-Za-z0-9]{1,40}"")[^""]*""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b[0-9a-fA-F]{16,}\b")]
    private static partial Regex LongHex();

    // But not the status that an answer began with.
    [GeneratedRegex(@"\b(?![45]\d\d: )\d+(?:[.,:]\d+)*\b")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
