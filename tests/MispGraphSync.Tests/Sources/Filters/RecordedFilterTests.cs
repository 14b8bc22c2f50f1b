using System.Globalization;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Filters;

/// <summary>
/// Searches that real MISP servers answered. Each event of an answer must match here, and no other event that is known of
/// that server may, as far as the answer reaches.
/// </summary>
public class RecordedFilterTests
{
    /// <summary>Parameters that shape a response and do not filter.</summary>
    private static readonly HashSet<string> Shaping =
    [
        "returnFormat", "limit", "page", "order", "metadata", "noEventReports", "noShadowAttributes", "withAttachments", "excludeGalaxy",
        "includeWarninglistHits", "enforceWarninglist", "excludeLocalTags", "sgReferenceOnly", "includeEventTags", "includeContext",
    ];

    [Fact]
    public async Task Filters_match_here_as_they_did_on_real_servers()
    {
        var folder = SharedData.Require("misp-recorded");
        var recordings = new List<Recording>();
        foreach (var request in Directory.GetFiles(folder, "*.request.json").Order(StringComparer.Ordinal))
        {
            if (await ReadAsync(request) is { } recording) recordings.Add(recording);
        }
        var known = recordings.SelectMany(r => r.Events.Select(e => (r.Server, Event: e)))
            .GroupBy(e => (e.Server, e.Event.Head.Uuid))
            .ToLookup(group => group.Key.Server, group => group.Select(e => e.Event).MaxBy(e => e.Items.Count)!);

        var checkedKeys = new HashSet<string>();
        var differences = new List<string>();
        foreach (var recording in recordings.Where(r => r.Filter is not null))
        {
            checkedKeys.UnionWith(recording.Filter!.Conditions.Select(c => c.Key.Name));
            differences.AddRange(Differences(recording, [.. known[recording.Server]]));
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(40)));
        Assert.Superset(
            new HashSet<string>
            {
                "value", "type", "category", "object_relation", "to_ids", "org", "tags", "event_tags", "eventid", "uuid", "eventinfo",
                "threat_level_id", "distribution", "published", "from", "to", "date", "last", "publish_timestamp", "timestamp", "searchall",
            },
            checkedKeys);
    }

    private static IEnumerable<string> Differences(Recording recording, IReadOnlyList<Known> known)
    {
        var answered = recording.Events.Select(e => e.Head.Uuid).ToHashSet();
        foreach (var answer in recording.Events)
        {
            var full = known.Single(e => e.Head.Uuid == answer.Head.Uuid);
            if (recording.Filter!.NeedsItems && !full.HasItems) continue;
            if (!Matches(recording, answer) && !Matches(recording, full))
                yield return $"{recording.Name}: does not match {answer.Head.Id} \"{answer.Head.Info}\"";
        }

        foreach (var other in known.Where(e => !answered.Contains(e.Head.Uuid) && recording.Reaches(e) && Matches(recording, e)))
            yield return $"{recording.Name}: matches {other.Head.Id} \"{other.Head.Info}\" too";
    }

    private static bool Matches(Recording recording, Known known) =>
        recording.Filter!.Matches(known.Head, known.Items, recording.Now);

    private static async Task<Recording?> ReadAsync(string requestPath)
    {
        var ct = TestContext.Current.CancellationToken;
        using var request = JsonDocument.Parse(await System.IO.File.ReadAllBytesAsync(requestPath, ct));
        var root = request.RootElement;
        if (root.GetProperty("path").GetString() is not "/events/restSearch"
            || !root.GetProperty("auth").GetString()!.Contains("Sync user", StringComparison.Ordinal)
            || root.GetProperty("body").GetString() is not { } text)
        {
            return null;
        }

        using var reader = new MispJsonReader(
            System.IO.File.OpenRead(requestPath.Replace(".request.", ".response.", StringComparison.Ordinal)), _ => Guid.Empty);
        var events = new List<Known>();
        JsonElement body;
        try
        {
            body = JsonDocument.Parse(text).RootElement;
            await foreach (var read in reader.ReadAsync(ct)) events.Add(new Known(read.Event, [.. read.Items], read.HasItems));
        }
        catch (Exception e) when (e is JsonException or MispReadException)
        {
            return null;
        }
        if (body.ValueKind is not JsonValueKind.Object || !reader.SawEventList) return null;

        var headers = await System.IO.File.ReadAllLinesAsync(
            requestPath.Replace(".request.json", ".headers.txt", StringComparison.Ordinal), ct);
        var name = Path.GetFileName(requestPath).Replace(".request.json", "", StringComparison.Ordinal);
        return new Recording(name, FilterOf(name, body), events, body)
        {
            Now = DateTimeOffset.Parse(Header(headers, "Date")!, CultureInfo.InvariantCulture),
            Total = Header(headers, "X-Result-Count") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : null,
        };
    }

    /// <summary>Null where the server is known to answer something else than the filter means.</summary>
    private static EventFilter? FilterOf(string name, JsonElement body)
    {
        // What was stored for the key's user was merged into the search.
        if (name.StartsWith("second-userdefaults", StringComparison.Ordinal)) return null;

        var filter = new Dictionary<string, JsonElement>(
            body.EnumerateObject().Where(p => !Shaping.Contains(p.Name)).Select(p => KeyValuePair.Create(p.Name, p.Value)));
        if (filter.Count == 0 || EventFilter.Parse(JsonSerializer.SerializeToElement(filter), out _) is not { } parsed) return null;

        // Negations that the server misreads, and switches as true or false, which it ignores or half ignores.
        if (parsed.Subtracted.Any() || filter.Values.Any(value => value.ValueKind is JsonValueKind.False)) return null;
        // The response to "combined" lacks the attributes that matched.
        return name is "restSearch-combined"
            || name.StartsWith("second-distribution-0", StringComparison.Ordinal)
            || name.StartsWith("second-distribution-not", StringComparison.Ordinal)
            || name.StartsWith("second-empty-event", StringComparison.Ordinal) ? null : parsed;
    }

    private static string? Header(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    private sealed record Known(MispEvent Head, IReadOnlyList<EventItem> Items, bool HasItems);

    private sealed record Recording(string Name, EventFilter? Filter, IReadOnlyList<Known> Events, JsonElement Body)
    {
        public required DateTimeOffset Now { get; init; }

        public int? Total { get; init; }

        public string Server => Name.StartsWith("second-", StringComparison.Ordinal) ? "second" : "first";

        /// <summary>
        /// Had the event matched, it would be in this answer: which is whole, or a first page in an order that was asked for.
        /// </summary>
        public bool Reaches(Known other)
        {
            if (Filter!.NeedsItems && !other.HasItems) return false;
            if (Filter.Conditions.Any(c => c.Key.IsEvaluatedHere)) return false;
            if (Total == Events.Count) return true;
            return Body.TryGetProperty("order", out var order) && order.ToString() is "Event.id asc"
                && Body.TryGetProperty("page", out var page) && page.ToString() is "1"
                && Events.Count > 0 && other.Head.Id < Events.Max(e => e.Head.Id);
        }
    }
}
