using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;
using MispGraphSync.Text;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>Asks MISP which events hold a value, whatever the filters say. One request, and not for long.</summary>
internal sealed class ValueSearch(MispSettings settings, string? caFile, Uri? proxy, TimeProvider time, ILogger log, Secrets secrets)
{
    /// <summary>The most events that are told.</summary>
    public const int MaxHits = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <param name="spellings">Any of these is the value.</param>
    /// <exception cref="RunFailedException">MISP is not to be asked, or does not answer.</exception>
    public async Task<IReadOnlyList<MispHit>> FindAsync(IReadOnlyList<string> spellings, CancellationToken ct)
    {
        if (spellings.Any(IsSearchTerm)) throw new RunFailedException(RunOutcome.InvalidInput, "MISP's search would take this value for an expression.");
        if (settings.Url is not { } url || settings.Key is not { } key) throw new RunFailedException(RunOutcome.InvalidInput, "misp.url and misp.key are not set.");
        if (EventFilter.Parse(Filter(spellings), out var faults) is not { } filter) throw new RunFailedException(RunOutcome.InvalidInput, string.Join(' ', faults));
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        using var http = MispHttp.Create(settings, caFile, proxy);
        var client = new MispClient(http, url, key.ResolveAsync, settings.Timeout, time, log, secrets);
        try
        {
            return await ReadAsync(client, filter, either.Token).ConfigureAwait(false);
        }
        catch (MispException fault)
        {
            throw fault.ToRunFailed();
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new RunFailedException(RunOutcome.Unreachable, $"MISP did not answer within {Patience.TotalSeconds:0} seconds.");
        }
        catch (Exception fault) when (MispClient.IsBrokenResponse(fault))
        {
            throw client.Errors.OfReading(fault).ToRunFailed();
        }
    }

    private static async Task<IReadOnlyList<MispHit>> ReadAsync(MispClient client, EventFilter filter, CancellationToken ct)
    {
        using var answer = await client.SearchAsync(SearchBody.Metadata(filter, MaxHits, page: 1), canShrink: false, ct).ConfigureAwait(false);
        using var reader = new MispJsonReader(answer.Body, index => StableId.From($"{client.Server}\n{index}"), skipItems: true);
        var hits = new List<MispHit>();
        await foreach (var item in reader.ReadAsync(ct).ConfigureAwait(false))
        {
            hits.Add(new MispHit(item.Event.Uuid, item.Event.Info, new Uri(client.Server, $"events/view/{item.Event.Uuid}").AbsoluteUri));
        }

        return hits;
    }

    private static bool IsSearchTerm(string value) =>
        value.StartsWith('!') || value.Contains('%') || value.Contains("&&", StringComparison.Ordinal) || value.Contains("||", StringComparison.Ordinal);

    private static JsonElement Filter(IReadOnlyList<string> spellings)
    {
        var filter = new JsonObject { ["value"] = new JsonArray([.. spellings.Select(spelling => (JsonNode)spelling)]) };
        using var json = JsonDocument.Parse(filter.ToJsonString());
        return json.RootElement.Clone();
    }
}

/// <summary>An event that holds the value.</summary>
internal sealed record MispHit(Guid Event, string Info, string Link);
