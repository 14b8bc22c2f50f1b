using MispGraphSync.Http;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>Asks MISP which events have a value, without the filters of the settings. One request with a short timeout.</summary>
internal sealed class ValueSearch(MispSettings settings, string? caFile, Uri? proxy, TimeProvider time, ILogger log, Secrets secrets)
{
    public const int MaxHits = 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <exception cref="RunFailedException">MISP cannot be asked, or does not answer.</exception>
    public async Task<IReadOnlyList<MispHit>> FindAsync(IReadOnlyList<string> variants, CancellationToken ct)
    {
        if (variants.Any(IsSearchExpression))
            throw new RunFailedException(RunOutcome.InvalidInput, "MISP's search would read this value as an expression.");
        if (settings.Url is not { } url || settings.Key is not { } key)
            throw new RunFailedException(RunOutcome.InvalidInput, "misp.url and misp.key are not set.");
        using var http = MispClient.CreateHttp(settings, caFile, proxy);
        var client = new MispClient(http, url, key.ResolveAsync, settings.Timeout, time, log, secrets);
        try
        {
            return await TimeLimit.RunAsync(Limit, time, limited => FindAsync(client, variants, limited), ct);
        }
        catch (TimeoutException)
        {
            throw new RunFailedException(RunOutcome.Unreachable, $"MISP did not answer within {Limit.TotalSeconds:0} seconds.");
        }
    }

    private static async Task<IReadOnlyList<MispHit>> FindAsync(MispClient client, IReadOnlyList<string> variants, CancellationToken ct)
    {
        var body = SearchBody.Metadata(EventFilter.OfValues(variants.Select(text => text.Trim())), MaxHits, page: 1);
        using var search = await client.SearchEventsAsync(body, canShrink: false, skipItems: true, ct);
        var hits = new List<MispHit>();
        await foreach (var item in search.ReadAsync(ct))
            hits.Add(new MispHit(
                item.Event.Uuid, item.Event.Info, new Uri(client.Server, $"events/view/{item.Event.Uuid}").AbsoluteUri));
        return hits;
    }

    private static bool IsSearchExpression(string value) =>
        value.StartsWith('!') || value.Contains('%') || value.Contains("&&", StringComparison.Ordinal)
        || value.Contains("||", StringComparison.Ordinal);
}

/// <summary>An event that has the value.</summary>
internal sealed record MispHit(Guid Event, string Info, string Link);
