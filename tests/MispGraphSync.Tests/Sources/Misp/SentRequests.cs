using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Sandbox;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>
/// Every request that the program can send to MISP: each way to read, with each filter key, warninglists on and off, and each search
/// default of the key's user. Collected from the sandbox, so that what is sent counts and not what a table says.
/// </summary>
internal sealed class SentRequests
{
    /// <summary>Search defaults of which a real server showed how they act.</summary>
    private static readonly string[] Defaults =
    [
        """{"published":"1"}""", """{"to_ids":"1"}""", """{"deleted":"only"}""", """{"tags":"x"}""", """{"type":"md5"}""",
        """{"org":"Nobody"}""", """{"distribution":"1"}""", """{"last":"1d"}""", """{"timestamp":"1d"}""",
        """{"enforceWarninglist":"1"}""", """{"includeWarninglistHits":1}""", """{"includeGranularCorrelations":1}""",
    ];

    private readonly SandboxHost _sandbox;
    private readonly SortedDictionary<string, (string Path, string? Body)> _found = new(StringComparer.Ordinal);

    private SentRequests(SandboxHost sandbox) => _sandbox = sandbox;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>One of each, by path and keys.</summary>
    public static async Task<IReadOnlyCollection<(string Path, string? Body)>> CollectAsync()
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions { SampleEvents = true }, Ct);
        var sent = new SentRequests(sandbox);
        sandbox.MispState.AddEvent(Big());
        foreach (var filter in Filters()) await sent.ListAsync(filter);
        foreach (var warninglists in (bool[])[true, false]) await sent.ReadAsync(warninglists);
        foreach (var defaults in Defaults)
        {
            sandbox.MispState.User.SearchDefaults = JsonNode.Parse(defaults)!.AsObject();
            await sent.ReadAsync(warninglists: true);
        }
        return sent._found.Values;
    }

    /// <summary>No filter, each key of one, and each key negated.</summary>
    private static IEnumerable<EventFilter> Filters()
    {
        yield return EventFilter.Everything;
        foreach (var name in FilterKeys.AllNames)
        {
            FilterKeys.TryFind(name, out var key, out _);
            var value = key switch
            {
                { Kind: FilterKind.Day } => "2026-01-01",
                { Kind: FilterKind.Time } => "7d",
                { Kind: FilterKind.Switch or FilterKind.Deleted } => "1",
                { Name: "uuid" } => "00000000-0000-4000-8000-000000000001",
                _ => "1",
            };
            yield return Parse(name, value);
            if (key.Kind is FilterKind.Set or FilterKind.TagSet) yield return Parse(name, "!" + value);
            if (key.Kind is FilterKind.Switch or FilterKind.Deleted) yield return Parse(name, "0");
        }
        yield return Parse("deleted", "[0,1]");
    }

    private static EventFilter Parse(string key, string value)
    {
        using var json = JsonDocument.Parse(new JsonObject { [key] = value[0] == '[' ? JsonNode.Parse(value) : value }.ToJsonString());
        return EventFilter.Parse(json.RootElement, out var faults) is { } filter
            ? filter
            // An alias of a negated key takes no second negation.
            : faults.Any(fault => fault.Contains("negated", StringComparison.Ordinal)) ? EventFilter.Everything
            : throw new InvalidOperationException(string.Join(' ', faults));
    }

    private async Task ListAsync(EventFilter filter)
    {
        using var http = MispClient.CreateHttp(new MispSettings(), caFile: null, proxy: null);
        var plan = new FilterPlan([.. filter.Split()]);
        var source = new MispSource(Client(http), new MispSettings(), plan, TimeProvider.System, new LogLines().Log);
        await source.OpenAsync(Ct);
        await source.ListAsync(Ct).ToListAsync(Ct);
        await source.LookUpAsync([new EventHeader(Guid.NewGuid(), 1, default), new EventHeader(Guid.NewGuid(), null, default)], Ct);
        foreach (var part in plan.Filters) await EventProbe.AskAsync(Client(http), part.Positive, Ct);
        Collect();
    }

    /// <summary>All events in full: together, one with galaxies, one in pieces; then events with a value.</summary>
    private async Task ReadAsync(bool warninglists)
    {
        var settings = new MispSettings { Url = _sandbox.Misp, EnforceWarninglist = warninglists };
        using var http = MispClient.CreateHttp(settings, caFile: null, proxy: null);
        var source = new MispSource(Client(http), settings, FilterPlan.Everything, TimeProvider.System, new LogLines().Log);
        await source.OpenAsync(Ct);
        var headers = await source.ListAsync(Ct).ToListAsync(Ct);
        foreach (var limit in (int?[])[null, 20_000])
        {
            _sandbox.MispState.MemoryLimit = limit;
            await foreach (var read in source.FetchAsync(headers, Ct)) _ = read;
        }
        _sandbox.MispState.MemoryLimit = null;
        await source.LookUpAsync(headers, Ct);
        await ReportAsync(Client(http), settings, headers);
        var byValue = new ValueSearch(
            settings with { Key = new SecretReference(_sandbox.Options.MispKey, "") }, caFile: null, proxy: null, TimeProvider.System,
            new LogLines().Log, new Secrets());
        await byValue.FindAsync(["evil.example"], Ct);
        Collect();
    }

    /// <summary>Scores, with an own sighting, and sightings since a time and all.</summary>
    private async Task ReportAsync(MispClient client, MispSettings settings, IReadOnlyCollection<EventHeader> headers)
    {
        _sandbox.MispState.DecayModels = [new(1, "Model")];
        var attribute = _sandbox.MispState.Events.SelectMany(one => one["Attribute"]!.AsArray()).First()!["uuid"]!.GetValue<string>();
        _sandbox.MispState.Sight(attribute, "0", TimeProvider.System.GetUtcNow(), source: "misp-graph");
        foreach (var toIds in (bool[])[true, false])
        {
            var reports = new MispReports(
                client, settings with { Decay = new DecaySettings("Model", null, false), ToIdsOnly = toIds }, TimeProvider.System);
            await reports.OpenAsync(Ct);
            await reports.ReadScoresAsync(headers, Ct).ToListAsync(Ct);
            await reports.ReadSightingsAsync(toIds ? null : TimeProvider.System.GetUtcNow(), Ct);
        }
    }

    private MispClient Client(HttpClient http) => new(
        http, _sandbox.Misp, _ => ValueTask.FromResult(_sandbox.Options.MispKey), TimeSpan.FromMinutes(1), TimeProvider.System,
        new LogLines().Log);

    private void Collect()
    {
        foreach (var request in _sandbox.RequestsTo(Service.Misp))
        {
            var body = request.Method is "POST" ? request.Body : null;
            _found[RecordedRequests.Keys(request.Path, body)] = (request.Path, body);
        }
        _sandbox.ForgetRequests();
    }

    /// <summary>Has a custom cluster, objects, and a tag that may not be exported; does not fit into one response.</summary>
    private static JsonObject Big()
    {
        return new JsonObject
        {
            ["info"] = "Big",
            ["Tag"] = new JsonArray("misp-galaxy:threat-actor=\"7c1f2e9a-0000-4000-8000-000000000001\""),
            ["Attribute"] = new JsonArray([.. Enumerable.Range(0, 200).Select(Attribute)]),
            ["Object"] = new JsonArray(new JsonObject { ["name"] = "domain-ip", ["Attribute"] = new JsonArray(Attribute(999)) }),
        };

        static JsonNode Attribute(int number) => new JsonObject
        {
            ["type"] = "domain",
            ["category"] = "Network activity",
            ["value"] = $"d{number}.example",
            ["comment"] = new string('x', 100),
            ["Tag"] = new JsonArray("tlp:green"),
        };
    }
}
