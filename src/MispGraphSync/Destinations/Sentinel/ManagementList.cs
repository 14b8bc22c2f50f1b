using System.Net;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Reads lists of Azure Resource Manager, which may be refused.</summary>
internal static class ManagementList
{
    /// <summary>Of one list: more subscriptions than an app sees, and more workspaces than a subscription has.</summary>
    private const int MaxPages = 1000;

    /// <summary>The upload's limit does not apply. Azure Resource Manager allows 25 reads a second.</summary>
    private const int RequestsPerMinute = 600;

    public static DestinationClient Client(SentinelSettings settings, Transport transport, ITokenSource tokens) => new(
        SentinelKind.ManagementName, settings with { RequestsPerMinute = RequestsPerMinute }, SentinelKind.ResolveManagement(settings),
        transport, tokens, SentinelFailures.OfSearch, setting: "managementEndpoint");

    /// <summary>What a list has of interest, paged to its end; or the words with which Azure refuses it.</summary>
    public static async Task<Listed<T>> ReadAsync<T>(
        DestinationClient client, string operation, string first, Func<JsonElement, T?> choose, CancellationToken ct)
        where T : class
    {
        var all = new List<T>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var next = first; seen.Add(next) && seen.Count <= MaxPages;)
        {
            using var call = await client.SendAsync(operation, HttpMethod.Get, next, null, ct).ConfigureAwait(false);
            client.ThrowIfFailed(call);
            if (IsRefusal(call.Status)) return new([], $"({(int)call.Status!}): {ErrorBody.Read(call.Response.Written)}");
            var page = client.Read(call, response => ResponseJson.Read(response, root => root.List("value") is { } items
                ? new Page<T>([.. items.Select(choose).OfType<T>()], root.Text("nextLink"))
                : null));
            all.AddRange(page.Items);
            if (page.Next is not { Length: > 0 }) return new(all, null);
            next = client.Follow(page.Next).AbsoluteUri;
        }

        throw new RunFailedException(
            RunOutcome.Unreachable, $"{SentinelKind.ManagementName}: the list of {operation} does not end.", "Run again.");
    }

    public static bool IsRefusal(HttpStatusCode? status) => (int?)status is >= 400 and < 500 and not (407 or 408 or 429);

    private sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
}

/// <param name="Refusal">The status and Azure's words; null when the list was given.</param>
internal sealed record Listed<T>(IReadOnlyList<T> Items, string? Refusal);
