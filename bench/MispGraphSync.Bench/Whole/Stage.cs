using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Bench.Whole;

/// <summary>A MISP with generated events, a sign-in, destinations that accept everything, and an empty folder to run in.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly string _exe;
    private readonly SandboxHost _services;
    private readonly Acceptor _acceptor;

    private Stage(string exe, SandboxHost services, Acceptor acceptor, string directory) =>
        (_exe, _services, _acceptor, Directory) = (exe, services, acceptor, directory);

    public string Directory { get; }

    public SandboxHost Services => _services;

    /// <param name="root">The stage's folder is made in it, and stays: where many files were just removed, making new ones is slow.</param>
    public static async Task<Stage> SetAsync(string root, string exe, int events, int attributes, params string[] kinds)
    {
        var directory = System.IO.Directory.CreateDirectory(Path.Combine(root, Path.GetRandomFileName())).FullName;
        var services = await SandboxHost.StartAsync(new SandboxOptions { JournalCapacity = 0 });
        services.MispState.Generate(events, attributes);
        var acceptor = await Acceptor.StartAsync();
        await services.WriteCaPemAsync(Path.Combine(directory, "ca.pem"));
        var config = JsonNode.Parse(SandboxConfig.For(services, "ca.pem", kinds.Length == 0 ? ["graph"] : kinds))!;
        foreach (var destination in config["destinations"]!.AsArray())
        {
            destination!["endpoint"] = acceptor.Origin.GetLeftPart(UriPartial.Authority);
            destination["requestsPerMinute"] = 100_000;
            if ((string?)destination["kind"] != "sentinel") continue;
            // Nothing is listed: the acceptor remembers nothing, and its empty list of subscriptions says so at once.
            destination["managementEndpoint"] = destination["endpoint"]!.DeepClone();
            Keep(destination, "name", "kind", "workspaceId", "endpoint", "managementEndpoint", "requestsPerMinute");
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "config.json"), config.ToJsonString(Indented));
        return new Stage(exe, services, acceptor, directory);
    }

    /// <summary>Makes so many destinations of the one Sentinel workspace, each with a filter that takes its share of the events.</summary>
    public async Task ShareAsync(int parts)
    {
        var file = Path.Combine(Directory, "config.json");
        var config = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        var one = config["destinations"]!.AsArray().Single()!;
        var uuids = _services.MispState.Uuids;
        config["destinations"] = new JsonArray([.. uuids.Chunk((uuids.Count / parts) + 1).Select((share, i) =>
        {
            var part = one.DeepClone();
            (part["name"], part["sourceSystem"]) = ($"part-{i}", $"part-{i}");
            part["eventFilters"] = new JsonArray(new JsonObject { ["eventid"] = new JsonArray([.. share.Select(uuid => (JsonNode)uuid)]) });
            return part;
        })]);
        await File.WriteAllTextAsync(file, config.ToJsonString(Indented));
    }

    /// <summary>Before each answer, of MISP and of the destinations.</summary>
    public void SetLatency(TimeSpan latency)
    {
        _services.Faults.SetLatency(Service.Misp, latency);
        _acceptor.Latency = latency;
    }

    public async Task<Result> PushAsync(string what, IReadOnlyDictionary<string, string>? environment = null, params string[] more)
    {
        _acceptor.TakeCounts();
        environment ??= new Dictionary<string, string>();
        var measured = await MeasuredProcess.RunAsync(_exe, Directory, environment, ["push", "--output", "json", "-q", .. more]);
        if (measured.ExitCode != 0)
            throw new InvalidOperationException($"{what}: exit {measured.ExitCode}\n{measured.Errors}\n{measured.Output}");
        var (requests, items) = _acceptor.TakeCounts();
        var report = JsonNode.Parse(measured.Output)!;
        var accepted = report["destinations"]!.AsArray().Sum(one => (long)one!["accepted"]!);
        if (accepted != items) throw new InvalidOperationException($"{what}: {accepted} indicators reported as accepted, {items} seen.");
        return new Result(what, (long)report["source"]!["attributes"]!, accepted, requests, measured);
    }

    /// <summary>A push that reads all events, beside what json.loads needs for them.</summary>
    public async Task<Result> FirstPushAsync(string what, IReadOnlyDictionary<string, string>? environment = null) =>
        await PushAsync(what, environment) with { JsonLoads = await JsonLoads.OfAllEventsAsync(_services, Directory) };

    /// <summary>Reads all alerts that the services have, and matches them.</summary>
    public async Task<Result> HitsAsync(string what, int matched)
    {
        string[] args = ["hits", "--output", "json", "-q"];
        var measured = await MeasuredProcess.RunAsync(_exe, Directory, new Dictionary<string, string>(), args);
        var hits = measured.ExitCode == 0 ? JsonNode.Parse(measured.Output)!["hits"]!.AsArray() : null;
        if (hits?.Count != matched)
            throw new InvalidOperationException($"{what}: exit {measured.ExitCode}, {hits?.Count} hits\n{measured.Errors}");
        return new Result(what, 0, 0, 0, measured);
    }

    public async ValueTask DisposeAsync()
    {
        await _acceptor.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static void Keep(JsonNode node, params string[] names)
    {
        foreach (var name in node.AsObject().Select(pair => pair.Key).Except(names).ToList()) node.AsObject().Remove(name);
    }
}

/// <param name="Attributes">Read in this run.</param>
/// <param name="Accepted">Indicators that the destinations took or removed.</param>
/// <param name="Requests">To the destinations, the check at the start included.</param>
internal sealed record Result(string What, long Attributes, long Accepted, long Requests, Measurement Measured)
{
    /// <summary>CPU time of Python's json.loads for the same events; null where that was not measured.</summary>
    public TimeSpan? JsonLoads { get; init; }
}
