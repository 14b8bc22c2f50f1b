using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Simulation;

/// <summary>
/// MISP, all three services, two machines with the tool, and others who use the same services: all in this process, by a clock of
/// their own. Plays the steps of a history and checks the <see cref="Promises"/> after each.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    private const string Instance = "sandbox";

    /// <summary>Of each request.</summary>
    private static readonly TimeSpan Latency = TimeSpan.FromSeconds(1);

    /// <summary>A run takes a second or two.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private static readonly Service[] Services =
        [Service.Misp, Service.Entra, Service.Graph, Service.Sentinel, Service.Management, Service.Defender];

    private readonly VirtualTime _time;
    private readonly List<Machine> _machines = [];
    private readonly List<string> _keys = [];
    private readonly Promises _promises;
    private Machine _now;
    private string? _saved;
    private int _runs;

    private World(SandboxRun first, VirtualTime time)
    {
        _time = time;
        // A log folder that both machines use shows each of them what the other did.
        _machines.Add(_now = new Machine(first, new LogFolder(first.Logs)));
        Sandbox = first.Sandbox;
        Events = new RandomEvents(Sandbox, new Random(1), HistoryMaker.Values) { IsWide = true };
        _promises = new Promises(this);
    }

    public SandboxHost Sandbox { get; }

    public RandomEvents Events { get; }

    public Selection Selection { get; private set; } = new();

    /// <summary>The auth key of each source.</summary>
    public IReadOnlyList<string> Keys => _keys;

    private int Sources => _keys.Count;

    public DateTimeOffset Time => _time.GetUtcNow();

    public static async Task PlayAsync(IReadOnlyList<Step> steps)
    {
        var time = new VirtualTime(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        var first = await SandboxRun.StartAsync(new SandboxOptions { Time = time }, SandboxItems.Kinds);
        await using var world = new World(first, time);
        await world.StartAsync(steps);
        for (var at = 0; at < steps.Count; at++)
        {
            try
            {
                await world.PlayAsync(steps[at]);
            }
            catch (BrokenPromiseException broken)
            {
                broken.After = at;
                throw;
            }
        }

        await world.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Enumerable.Reverse(_machines)) await machine.Run.DisposeAsync();
    }

    private async Task StartAsync(IReadOnlyList<Step> steps)
    {
        var first = _now.Run;
        var second = await first.BesideAsync(SandboxItems.Kinds);
        _machines.Add(new Machine(second, new LogFolder(second.Logs)));
        await AddOthersAsync(first);
        (Sandbox.GraphState.RequestsPerMinute, Sandbox.SentinelState.RequestsPerMinute) = (1_000, 100);
        (Sandbox.DefenderState.ImportsPerMinute, Sandbox.DefenderState.CallsPerMinute) = (30, 100);
        _keys.Add(Events.AddSource("source0"));
        if (steps.OfType<Step.SecondSource>().FirstOrDefault() is { } other)
        {
            _keys.Add(Events.AddSource("source1"));
            if (other.IsSaved) (_saved, Events.SavedKey) = (Path.Combine(first.Folder, "saved"), _keys[1]);
        }

        Configure();
    }

    private void Configure()
    {
        foreach (var machine in _machines)
        {
            foreach (var ledger in (string[])["misp-graph.db", "none"])
            {
                for (var source = 0; source < Sources; source++) Configure(machine, source, ledger);
            }
        }
    }

    private void Configure(Machine machine, int source, string ledger) => machine.Run.Configure(SandboxItems.Kinds, settings =>
    {
        settings["instance"] = Instance;
        settings["ledger"] = ledger;
        settings["logs"] = new JsonObject { ["directory"] = machine.Logs.Path, ["requests"] = "none" };
        var misp = settings["misp"]!.AsObject();
        misp["name"] = $"source{source}";
        misp["key"] = _keys[source];
        misp["toIdsOnly"] = Selection.ToIdsOnly;
        misp["enforceWarninglist"] = Selection.EnforcesWarninglist;
        if (Selection.Tag is { } tag) misp["eventFilters"] = new JsonArray(new JsonObject { ["tags"] = new JsonArray(tag) });
        settings["maxTlp"] = Selection.MaxTlp;
        settings["daysToExpire"] = Selection.Days;
        if (Selection.ExcludedType is { } type) settings["excludeTypes"] = new JsonArray(type);
        foreach (var destination in settings["destinations"]!.AsArray())
        {
            destination!["parallelRequests"] = 1;
            // The services count.
            destination.AsObject().Remove("requestsPerMinute");
        }
    }, FileOf(source, ledger != "none"));

    private static string FileOf(int source, bool hasLedger) => $"source{source}{(hasLedger ? "" : "-none")}.json";

    /// <summary>Another installation pushes, one value of ours among its own; another app and another tool leave something too.</summary>
    private async Task AddOthersAsync(SandboxRun first)
    {
        await using var others = await first.BesideAsync(SandboxItems.Kinds);
        others.Change(settings =>
        {
            settings["instance"] = "others";
            settings["daysToExpire"] = 3_000;
        });
        var uuid = Sandbox.MispState.AddEvent(SomeMisp.Event(0, domains: 3));
        Sandbox.MispState.AddAttribute(uuid, SomeMisp.Domain(RandomEvents.Bare(0)));
        var pushed = await others.RunAsync("push");
        Assert.True(pushed.Code == 0, pushed.Out + pushed.Error);
        Sandbox.MispState.Remove(uuid);
        foreach (var kind in SandboxItems.Kinds)
        {
            Strangers.AddTo(Sandbox, kind, Instance, Time.AddDays(3_000));
            _promises.KeepOthers(kind);
        }
    }

    private async Task PlayAsync(Step step)
    {
        switch (step)
        {
            case Step.Answer answer:
                answer.Fact.Play(Sandbox, answer.Choice);
                break;
            case Step.Change change:
                Events.Random = new Random(change.Seed);
                Events.Change(change.Times);
                _promises.Changed();
                break;
            case Step.Settings settings:
                Selection = settings.Selection;
                Configure();
                _promises.Chosen();
                break;
            case Step.Loss loss:
                Lose(loss);
                _promises.Lost();
                break;
            case Step.Backup:
                _now.BackUp();
                break;
            case Step.Run run:
                await RunAsync(run);
                break;
        }
    }

    private void Lose(Step.Loss loss)
    {
        var other = _machines.Find(one => one != _now)!;
        switch (loss.Kind)
        {
            case LossKind.Restored when _now.HasBackup:
                _now.Restore(new Random(loss.Seed), loss.WithLogs);
                break;
            case LossKind.OtherMachines:
                _now = other;
                break;
            case LossKind.Moved:
                other.TakeLedgerOf(_now);
                _now = other;
                break;
            case LossKind.Foreign:
                _now.TakeLedgerOf(other);
                break;
            default:
                _now.Delete(loss.WithLogs);
                break;
        }
    }

    /// <summary>Without troubles: what MISP implies is at the services, and the next push sends nothing.</summary>
    private async Task EndAsync()
    {
        var last = new Step.Run { Accepts = true, After = TimeSpan.FromMinutes(20) };
        for (var source = 0; source < Sources; source++) await RunAsync(last with { Source = source });
        await RunAsync(last with { Verb = Verb.Retry });
        _promises.Retried();
        // See the promises: what returned under an id that is used up.
        var full = last with { Full = Sandbox.SentinelState.HidesRevoked };
        for (var round = 0; round < (full.Full ? 2 : 1); round++)
        {
            // At once, as below: some minutes later a renewal may be due, which only a run of its source sends.
            for (var source = 0; source < Sources; source++)
                await RunAsync(full with { Source = source, After = source == 0 ? full.After : TimeSpan.Zero });
        }

        Sandbox.ForgetRequests();
        var rest = last with { After = TimeSpan.Zero, Accepts = false };
        for (var source = 0; source < Sources; source++) await RunAsync(rest with { Source = source });
        _promises.CheckRest();
    }

    private async Task RunAsync(Step.Run run)
    {
        _time.Advance(run.After);
        // Other ledgers were used since, and nothing on this machine can show it: such a ledger needs a full read first.
        var owes = run.HasLedger && _now.NeedsFullRead(_runs);
        if (owes && run.Verb != Verb.Plan) run = run with { Verb = Verb.Push, Full = true };
        var args = Arguments(run);
        if (args.Length == 0) return;
        using var ctrlC = new CancellationTokenSource();
        var hold = Begin(run, ctrlC);
        var before = _promises.Begin();
        _now.Run.ToolTime = new WrongTime(_time, run.ClockAhead);
        var result = await RunAsync(args, hold, ctrlC);
        End();
        if (run.Verb != Verb.Plan) _runs++;
        if (run.HasLedger && run.Verb != Verb.Plan) _now.Ran(_runs, paysFullRead: run.Full && IsListed(run, result));
        _promises.Check(run, result, before);
    }

    // A destination that failed was perhaps not listed, whatever the code of the whole run. So was one whose list may have failed.
    private static bool IsListed(Step.Run run, ToolResult? result)
    {
        if (run.Verb != Verb.Push || result?.Code is not (0 or 3 or 6)) return false;
        var mayLack = run.Troubles.Any(trouble => trouble is Trouble.Answered or Trouble.Slow);
        return result.Json.GetProperty("destinations").EnumerateArray().Select(one => one.GetProperty("exitCode").GetInt32())
            .All(code => code is 0 or 6 || (code == 3 && !mayLack));
    }

    /// <summary>Null: the run was killed.</summary>
    private async Task<ToolResult?> RunAsync(string[] args, Hold? hold, CancellationTokenSource ctrlC)
    {
        using var abort = new CancellationTokenSource();
        (_now.Run.Interrupt, _now.Run.Abort) = (ctrlC.Token, abort.Token);
        var running = Task.Run(() => _now.Run.RunAsync(args));
        if (hold is null) return await EndAsync(running);
        await Task.WhenAny(running, hold.Reached, Task.Delay(Longest));
        if (running.IsCompleted || !hold.Reached.IsCompleted) return await EndAsync(running);
        // Nothing arrives any more. What is on the disk now is what a killed process leaves there.
        foreach (var service in Services) Sandbox.Faults.Add(service, new Fault.Reset(), times: int.MaxValue);
        var left = _now.Copy();
        await abort.CancelAsync();
        await EndAsync(running);
        _now.PutBack(left);
        return null;
    }

    private static async Task<ToolResult> EndAsync(Task<ToolResult> running)
    {
        try
        {
            return await running.WaitAsync(Longest);
        }
        catch (TimeoutException)
        {
            throw new BrokenPromiseException("end", $"a run did not end within {Longest.TotalMinutes:0} minutes");
        }
    }

    private string[] Arguments(Step.Run run)
    {
        var source = Math.Min(run.Source, Sources - 1);
        List<string> args = [];
        switch (run.Verb)
        {
            case Verb.Retry:
                args.AddRange(["errors", "--retry", "--json"]);
                break;
            case Verb.Repair:
                args.AddRange(["verify", "--repair"]);
                break;
            case Verb.Purge:
                args.AddRange(["purge", "--yes", "--json"]);
                break;
            default:
                args.AddRange(["push", "--json"]);
                if (run.Verb == Verb.Plan) args.Add("--dry-run");
                if (run.Accepts) args.AddRange(["--accept-changes", "--max-delete", "100%"]);
                if (run.Full) args.Add("--full");
                if (run.MaxDuration is { } most) args.AddRange(["--max-duration", $"{most.TotalSeconds:0}s"]);
                if (run.Verb == Verb.PushOfOneEvent)
                {
                    if (Events.AnyEvent(_keys[source]) is not { } uuid) return [];
                    args.AddRange(["--event", uuid]);
                }

                if (source == 1 && _saved is { } folder)
                {
                    Events.Save(_keys[source], folder);
                    args.AddRange(["--input", folder]);
                    source = 0;
                }

                break;
        }

        return [.. args, "--config", FileOf(source, run.HasLedger)];
    }

    private Hold? Begin(Step.Run run, CancellationTokenSource ctrlC)
    {
        foreach (var service in Services)
        {
            Sandbox.Faults.Add(service, new Fault.Reset(), when: _ =>
            {
                _time.Advance(Latency);
                return false;
            });
        }

        Hold? hold = null;
        foreach (var trouble in run.Troubles)
        {
            switch (trouble)
            {
                case Trouble.Answered answered:
                    var at = answered.Target;
                    Sandbox.Faults.Add(at.Service, answered.Fault, at.Nth, answered.Times, at.Counts);
                    break;
                case Trouble.Slow slow:
                    // After the handling: whoever gives up waiting finds what the request did.
                    var late = new Fault.Meanwhile(() => _time.Advance(slow.Time));
                    Sandbox.Faults.Add(slow.Target.Service, late, slow.Target.Nth, times: 1, slow.Target.Counts);
                    break;
                case Trouble.Signalled signalled:
                    At(signalled.Target, ctrlC.Cancel);
                    break;
                case Trouble.Killed killed:
                    hold ??= Sandbox.Faults.Hold(
                        killed.Target.Service, killed.AfterHandling, killed.Target.Nth, killed.Target.Counts);
                    break;
                default:
                    Begin(trouble);
                    break;
            }
        }

        return hold;
    }

    private void Begin(Trouble trouble)
    {
        switch (trouble)
        {
            case Trouble.Refused refused:
                SetRefused(refused.Value);
                break;
            case Trouble.Full full:
                Sandbox.DefenderState.Capacity = Sandbox.DefenderState.Count + full.Room;
                break;
            case Trouble.Forbidden { Kind: "graph" }:
                Sandbox.EntraState.App.GraphRoles.Clear();
                break;
            case Trouble.Forbidden { Kind: "defender" }:
                Sandbox.EntraState.App.DefenderRoles.Clear();
                break;
            case Trouble.Forbidden:
                Sandbox.EntraState.App.IsSentinelContributor = false;
                break;
            case Trouble.Dropped dropped when Sandbox.MispState.Uuids is { Count: > 0 } all:
                Sandbox.MispState.DroppedFromPages.Add(all[dropped.Number % all.Count]);
                break;
            case Trouble.Unread:
                Sandbox.MispState.FailsOnFullEvents = true;
                break;
            case Trouble.Outage:
                Sandbox.MispState.Maintenance = true;
                break;
        }
    }

    private void End()
    {
        Sandbox.Faults.Clear();
        SetRefused(null);
        Sandbox.DefenderState.Capacity = 15_000;
        Sandbox.EntraState.App.GraphRoles.Add("ThreatIndicators.ReadWrite.OwnedBy");
        Sandbox.EntraState.App.DefenderRoles.Add("Ti.ReadWrite.All");
        Sandbox.EntraState.App.IsSentinelContributor = true;
        Sandbox.MispState.FailsOnFullEvents = Sandbox.MispState.Maintenance = false;
    }

    /// <summary>Does something while a request is in flight.</summary>
    private void At(Target target, Action act)
    {
        var seen = 0;
        Sandbox.Faults.Add(target.Service, new Fault.Reset(), when: request =>
        {
            if (target.Counts(request) && Interlocked.Increment(ref seen) == target.Nth) act();
            return false;
        });
    }

    private void SetRefused(string? value) => (Sandbox.GraphState.RefusedValue, Sandbox.SentinelState.RefusedValue,
        Sandbox.DefenderState.RefusedValue) = (value, value, value);
}
