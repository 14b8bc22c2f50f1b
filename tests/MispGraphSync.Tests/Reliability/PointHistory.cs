using MispGraphSync.Sandbox;
using MispGraphSync.Tests.Simulation;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// One scripted history of one kind. Each of its parts is a run, played again and again from the same moment: killed, or with one
/// call failing, at one point after the other. Each time, one clean run must leave what MISP implies.
/// </summary>
internal sealed class PointHistory : IAsyncDisposable
{
    private const string Instance = "sandbox";
    private const int Attributes = 5;

    /// <summary>What was accepted after the ledger was lost is not listed for so long.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(5);

    private static readonly string[] Everything = ["push", "--accept-changes", "--max-delete", "100%"];

    private readonly SandboxRun _run;
    private readonly RandomEvents _events;
    private readonly string _kind;
    private readonly bool _isForDefender;
    private readonly Dictionary<string, string> _theirs;
    private readonly Func<IReadOnlyList<FailurePoint>, int, IEnumerable<(FailurePoint Point, Harm Harm)>> _choose;
    private readonly List<string> _failures = [];
    private int _parts;

    private PointHistory(
        SandboxRun run, string kind, bool isForDefender,
        Func<IReadOnlyList<FailurePoint>, int, IEnumerable<(FailurePoint Point, Harm Harm)>> choose)
    {
        (_run, _kind, _isForDefender, _choose) = (run, kind, isForDefender, choose);
        _events = new RandomEvents(run.Sandbox, new Random(7), values: 60);
        Strangers.AddTo(Sandbox, kind, Instance, run.Time.GetUtcNow().AddDays(3_000));
        _theirs = Sandbox.Items(kind).ToDictionary(one => one.Id, one => one.Json);
    }

    /// <summary>Of all parts.</summary>
    public int Points { get; private set; }

    public int Runs { get; private set; }

    /// <summary>Runs that took another way and ended before their point.</summary>
    public int Missed { get; private set; }

    /// <summary>How often a run ended with which exit code, by what was done to which port.</summary>
    public SortedDictionary<string, int> Ends { get; } = new(StringComparer.Ordinal);

    private SandboxHost Sandbox => _run.Sandbox;

    /// <param name="kind">A kind of destination, or <c>graph for Defender</c>.</param>
    /// <param name="choose">Which points of a part to strike at, and how; with the part's number from 0.</param>
    public static async Task<PointHistory> StartAsync(
        string kind, Func<IReadOnlyList<FailurePoint>, int, IEnumerable<(FailurePoint Point, Harm Harm)>> choose)
    {
        var isForDefender = kind == "graph for Defender";
        kind = kind.Split(' ')[0];
        var run = await SandboxRun.StartAsync(new SandboxOptions { Time = new VirtualTime() }, kind);
        run.Change(settings =>
        {
            settings["instance"] = Instance;
            var destination = settings["destinations"]![0]!;
            destination["parallelRequests"] = 1;
            if (isForDefender) destination["targetProduct"] = "Microsoft Defender ATP";
        });
        return new PointHistory(run, kind, isForDefender, choose);
    }

    public async ValueTask DisposeAsync() => await _run.DisposeAsync();

    public async Task<IReadOnlyList<string>> PlayAsync()
    {
        for (var i = 0; i < 3; i++) _events.Add(Attributes);
        await PlayAsync(new Part("create"));
        Later(TimeSpan.FromHours(1));
        _events.Change(8);
        await PlayAsync(new Part("change"));
        Later(TimeSpan.FromDays(24));
        Withdraw();
        await PlayAsync(new Part("renew and withdraw"));
        if (_kind == "defender") await FillShareAsync();
        if (_isForDefender || _kind == "defender") await FillServiceAsync();
        Later(TimeSpan.FromHours(1));
        _events.Change(4);
        await PlayAsync(new Part("throttled") { Begin = Throttle });
        await ReadPartAsync();
        await ConfirmAsync();
        Later(TimeSpan.FromHours(1));
        _events.Change(4);
        File.Delete(_run.Ledger);
        // A run at Sentinel waits until the list shows what it created.
        (Sandbox.GraphState.ReadLag, Sandbox.DefenderState.ReadLag) = (Lag, Lag);
        await PlayAsync(new Part("lost ledger") { Args = Everything });
        return _failures;
    }

    /// <summary>Our share of the tenant is used up, and better ones come.</summary>
    private async Task FillShareAsync()
    {
        Later(TimeSpan.FromHours(1));
        AddHigh();
        var share = Ours().Count;
        _run.Change(settings => settings["destinations"]![0]!["capacity"] = share);
        await PlayAsync(new Part("full share")
        {
            Args = Everything,
            LeavesOut = true,
            Removes = true,
            End = () => _run.Change(settings => settings["destinations"]![0]!.AsObject().Remove("capacity")),
        });
    }

    /// <summary>The service refuses what is one too many.</summary>
    private async Task FillServiceAsync()
    {
        Later(TimeSpan.FromHours(1));
        AddHigh();
        var (ours, all) = (Ours().Count + 1, Sandbox.Items(_kind).Count + 1);
        await PlayAsync(new Part("full service")
        {
            Code = 3,
            Begin = () => (Sandbox.DefenderState.Capacity, Sandbox.GraphState.DefenderCapacity) = (all, ours),
            End = () =>
            {
                (Sandbox.DefenderState.Capacity, Sandbox.GraphState.DefenderCapacity) = (15_000, 15_000);
                // A full service is asked again later.
                Later(TimeSpan.FromHours(1));
            },
        });
    }

    private void AddHigh()
    {
        for (var i = 0; i < 4; i++)
        {
            _events.Add(Attributes);
            if (i > 1) Sandbox.MispState.Edit(Sandbox.MispState.Uuids[^1], json => json["threat_level_id"] = "1");
        }
    }

    private void Throttle() => Sandbox.Faults.Add(
        SandboxItems.ServiceOf(_kind), new Fault.Throttle(TimeSpan.FromSeconds(1)), when: request => request.Method != "GET");

    /// <summary>MISP lists an event and does not give it, while another one is withdrawn and one is new.</summary>
    private async Task ReadPartAsync()
    {
        Later(TimeSpan.FromHours(1));
        Withdraw();
        _events.Add(Attributes);
        var missing = Sandbox.MispState.Uuids[0];
        Sandbox.MispState.TouchTimestamp(missing);
        await PlayAsync(new Part("partial read")
        {
            Code = 3,
            DeletesNothing = true,
            Begin = () => Sandbox.MispState.DroppedFromPages.Add(missing),
            End = () => Sandbox.MispState.DroppedFromPages.Clear(),
        });
    }

    /// <summary>The earlier run was killed when its first request had been handled.</summary>
    private async Task ConfirmAsync()
    {
        Later(TimeSpan.FromHours(1));
        _events.Change(4);
        _events.Add(Attributes);
        var then = new Moment(_run);
        var count = new FailurePoints(_run);
        await count.RunAsync("push");
        var sent = count.Seen.First(one => one.Port == Port.Response
            && one.What.StartsWith($"{SandboxItems.ServiceOf(_kind)} ", StringComparison.Ordinal)
            && !one.What.Contains(" GET ", StringComparison.Ordinal));
        then.Restore();
        await new FailurePoints(_run, sent.Is).RunAsync("push");
        // Graph deletes what it may have created.
        await PlayAsync(new Part("unconfirmed") { Removes = _kind == "graph" });
    }

    private async Task PlayAsync(Part part)
    {
        foreach (var file in Directory.Exists(_run.Logs) ? Directory.GetFiles(_run.Logs, "*.json") : []) File.Delete(file);
        var then = new Moment(_run);
        var count = new FailurePoints(_run);
        await PlayAsync(part, count, $"{part.Name}, without a failure", isWhole: true);
        Points += count.Seen.Count;
        foreach (var (point, harm) in _choose(count.Seen, _parts++).ToList())
        {
            then.Restore();
            var points = new FailurePoints(_run, point.Is, harm);
            var code = await PlayAsync(part, points, $"{part.Name}, {harm} at {point}", isWhole: false);
            var end = $"{harm} at {point.Port}: exit {code}";
            Ends[end] = Ends.GetValueOrDefault(end) + 1;
            Runs++;
            if (!points.IsReached) Missed++;
        }
    }

    private async Task<int> PlayAsync(Part part, FailurePoints points, string story, bool isWhole)
    {
        var before = Ours();
        part.Begin?.Invoke();
        var result = await points.RunAsync(part.Args);
        try
        {
            Judge(part, result, before, isWhole);
            part.End?.Invoke();
            await PushAsync(part);
            Compare();
            Sandbox.ForgetRequests();
            await PushAsync(part);
            Assert.True(Sandbox.Writes(_kind).Count == 0, $"not at rest: {string.Join(", ", Sandbox.Writes(_kind))}");
        }
        catch (Exception failed)
        {
            _failures.Add($"{_kind}, {story}: {failed.Message}\nexit {result.Code} {result.Out}{result.Error}");
            if (isWhole) throw new InvalidOperationException(_failures[^1], failed);
        }

        return result.Code;
    }

    private void Judge(Part part, ToolResult result, IReadOnlyList<SandboxItem> before, bool isWhole)
    {
        Assert.False(result.Code == 1, "a failure is reported as a bug");
        if (isWhole) Assert.True(result.Code == part.Code, $"exit {result.Code}, not {part.Code}");
        // Kept are, whatever happens, those that are still wanted, except where they make room or are replaced.
        var wanted = _events.Wanted();
        var after = Ours().Select(one => one.Value).ToHashSet();
        var gone = before.Where(one => (part.DeletesNothing || wanted.ContainsKey(one.Value)) && !after.Contains(one.Value)).ToList();
        Assert.True(part.Removes || _isForDefender || gone.Count == 0, $"removed: {string.Join("; ", gone.Select(one => one.Value))}");
        if (result.Code == 0 && !part.LeavesOut) Compare();
    }

    private async Task PushAsync(Part part)
    {
        var clean = await _run.RunAsync(part.Args);
        Assert.True(clean.Code == 0, $"the clean run ends with {clean.Code}: {clean.Out}{clean.Error}");
    }

    private List<SandboxItem> Ours() => [.. Sandbox.Items(_kind).Where(one => !_theirs.ContainsKey(one.Id))];

    private void Compare()
    {
        var hasTlp = _kind != "defender";
        var items = Ours();
        List<string> wanted = [.. _events.Wanted().Select(one => hasTlp ? $"{one.Key} {one.Value}" : one.Key)];
        List<string> held = [.. items.Select(one => hasTlp ? $"{one.Value} {one.Tlp}" : one.Value).Order(StringComparer.Ordinal)];
        Assert.True(wanted.SequenceEqual(held),
            $"lacks [{string.Join("; ", wanted.Except(held))}], has too much [{string.Join("; ", held.Except(wanted))}], "
            + $"{held.Count - held.Distinct().Count()} twice");
        var now = Sandbox.Items(_kind).ToDictionary(one => one.Id, one => one.Json);
        Assert.True(_theirs.All(one => now.GetValueOrDefault(one.Key) == one.Value), "touched what others put there");
        var soon = _run.Time.GetUtcNow().AddDays(7);
        Assert.True(items.All(one => one.Expires >= soon), "has what was not renewed");
    }

    private void Later(TimeSpan by) => _run.Time.Advance(by);

    private void Withdraw()
    {
        var before = Sandbox.MispState.Count;
        for (var tries = 0; Sandbox.MispState.Count >= before && tries < 100; tries++) _events.Change(1);
    }

    /// <summary>A run of the history.</summary>
    private sealed record Part(string Name)
    {
        /// <summary>The exit code of the run without a failure.</summary>
        public int Code { get; init; }

        public string[] Args { get; init; } = ["push"];

        public bool DeletesNothing { get; init; }

        /// <summary>It removes what is still wanted.</summary>
        public bool Removes { get; init; }

        /// <summary>Not everything that is wanted fits.</summary>
        public bool LeavesOut { get; init; }

        public Action? Begin { get; init; }

        public Action? End { get; init; }
    }

    /// <summary>The time, the files and the destinations as they are now.</summary>
    private sealed class Moment
    {
        private readonly SandboxRun _run;
        private readonly DateTimeOffset _time;
        private readonly List<(string Path, byte[] Content)> _files;
        private readonly Action[] _services;

        public Moment(SandboxRun run)
        {
            (_run, _time) = (run, run.Time.GetUtcNow());
            _files = [.. Files().Select(path => (path, File.ReadAllBytes(path)))];
            _services = [run.Sandbox.GraphState.Snapshot(), run.Sandbox.SentinelState.Snapshot(), run.Sandbox.DefenderState.Snapshot()];
        }

        public void Restore()
        {
            foreach (var path in Files()) File.Delete(path);
            foreach (var (path, content) in _files) File.WriteAllBytes(path, content);
            foreach (var restore in _services) restore();
            _run.Time.Advance(_time - _run.Time.GetUtcNow());
        }

        private string[] Files() => Directory.GetFiles(_run.Folder, "*", SearchOption.AllDirectories);
    }
}
