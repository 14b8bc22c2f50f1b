using MispGraphSync.Core.Ports;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Where the list goes on. The page comes by POST, and its next link can be meant in two ways: its token goes into the next
/// body (what the specification has), or the same body goes to the link (what some clients do).
/// </summary>
/// <param name="Link">Absolute, at the management API's own origin.</param>
/// <param name="Token">The link's <c>$skipToken</c>; null when it has none.</param>
internal sealed record SentinelNextPage(Uri Link, string? Token)
{
    private const string Parameter = "$skipToken";

    /// <exception cref="RunFailedException">OutOfReach: it is at another address, or no address.</exception>
    public static SentinelNextPage Of(string link, Uri origin)
    {
        if (!Uri.TryCreate(origin, link, out var next) || !Origin.IsSame(next, origin))
            throw new RunFailedException(
                RunOutcome.Unreachable, $"The list's next page is at {next?.Authority ?? "no address"}, not at {origin.Authority}; it is not followed.",
                "Check the destination's managementEndpoint and the proxy.");
        return new SentinelNextPage(WithVersion(next), TokenOf(next));
    }

    private static string? TokenOf(Uri link)
    {
        foreach (var pair in link.Query.TrimStart('?').Split('&'))
        {
            var sign = pair.IndexOf('=');
            if (sign <= 0 || !Decode(pair[..sign]).Equals(Parameter, StringComparison.OrdinalIgnoreCase)) continue;
            return Decode(pair[(sign + 1)..]) is { Length: > 0 } token ? token : null;
        }
        return null;
    }

    private static Uri WithVersion(Uri link)
    {
        if (link.Query.Contains("api-version=", StringComparison.OrdinalIgnoreCase)) return link;
        var query = link.Query.Length > 1 ? $"{link.Query}&api-version={SentinelList.ApiVersion}" : $"?api-version={SentinelList.ApiVersion}";
        return new UriBuilder(link) { Query = query }.Uri;
    }

    // A plus sign is left as it is: tokens are often base64, and links seldom forms.
    private static string Decode(string text) => Uri.UnescapeDataString(text);
}
