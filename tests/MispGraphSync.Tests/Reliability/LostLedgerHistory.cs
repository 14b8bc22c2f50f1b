using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>Whether runs have a ledger.</summary>
internal enum Keeping
{
    Always,
    Sometimes,
    Nothing,
}

/// <summary>
/// One history: MISP changes, time passes, machines push all or a part, and ledgers get lost. Another installation, another app
/// and another tool have indicators there that nothing may touch.
/// </summary>
internal sealed class LostLedgerHistory(string kind, int seed, int sources) : IAsyncDisposable
{
    private const int Values = 24;
    private const string Instance = "sandbox";

    private readonly Random _random = new(seed);
    private readonly List<string> _steps = [];
    private readonly List<string> _keys = [];
    private readonly List<Machine> _machines = [];
    private Dictionary<string, string> _theirs = [];
    private HashSet<string> _taken = [];
    private RandomEvents _events = null!;
    private Machine _now = null!;
    private string? _saved;
    private int _runs;

    public Keeping Keeps { get; init; }

    private SandboxHost Sandbox => _now.Run.Sandbox;

    private ShiftedTime Time => _now.Run.Time;

    public async Task PlayAsync()
    {
        await StartAsync();
        _events.Change(12);
        await CompleteAsync();
        for (var step = _random.Next(3, 8); step > 0; step--) await StepAsync();
        Lose();
        await CompleteAsync();
        await RestAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Enumerable.Reverse(_machines)) await machine.Run.DisposeAsync();
    }

    private async Task StartAsync()
    {
        var first = await SandboxRun.StartAsync(new SandboxOptions(), kind);
        // A log folder that both machines use shows each of them what the other did.
        var logs = new LogFolder(first.Logs);
        _machines.Add(_now = new Machine(first, logs));
        var second = await first.BesideAsync(kind);
        _machines.Add(new Machine(second, _random.Next(3) == 0 ? logs : new LogFolder(second.Logs)));
        await OthersAsync(first);
        _events = new RandomEvents(Sandbox, _random, Values);
        for (var source = 0; source < sources; source++) _keys.Add(_events.AddSource($"source{source}"));
        // The second source is a MISP with settings of its own, or a folder of saved events that both machines see.
        if (sources > 1 && _random.Next(2) == 0) _saved = Path.Combine(first.Folder, "saved");
        foreach (var machine in _machines)
        {
            foreach (var ledger in (string[])["misp-graph.db", "none"])
            {
                for (var source = 0; source < sources; source++) Configure(machine, source, ledger);
            }
        }
    }

    private void Configure(Machine machine, int source, string ledger) => machine.Run.Configure([kind], settings =>
    {
        settings["instance"] = Instance;
        settings["ledger"] = ledger;
        settings["logs"] = new JsonObject { ["directory"] = machine.Logs.Path, ["requests"] = "none" };
        settings["misp"]!["name"] = $"source{source}";
        settings["misp"]!["key"] = _keys[source];
        settings["destinations"]![0]!["requestsPerMinute"] = 6_000;
    }, FileOf(source, ledger != "none"));

    private static string FileOf(int source, bool hasLedger) => $"source{source}{(hasLedger ? "" : "-none")}.json";

    /// <summary>Another installation pushes, one value of ours among its own; another app and another tool leave something too.</summary>
    private async Task OthersAsync(SandboxRun first)
    {
        await using var others = await first.BesideAsync(kind);
        others.Change(settings =>
        {
            settings["instance"] = "others";
            settings["daysToExpire"] = 3_000;
            settings["destinations"]![0]!["requestsPerMinute"] = 6_000;
        });
        var uuid = first.Sandbox.MispState.AddEvent(SomeMisp.Event(0, domains: 3));
        first.Sandbox.MispState.AddAttribute(uuid, SomeMisp.Domain(RandomEvents.Bare(0)));
        var pushed = await others.RunAsync("push");
        Assert.True(pushed.Code == 0, pushed.Out + pushed.Error);
        first.Sandbox.MispState.Remove(uuid);
        Strangers.AddTo(first.Sandbox, kind, Instance, first.Time.GetUtcNow().AddDays(3_000));

        var there = first.Sandbox.Items(kind);
        _theirs = there.ToDictionary(one => one.Id, one => one.Json);
        // At Defender a value has one owner.
        _taken = kind == "defender" ? [.. there.Select(one => one.Value)] : [];
    }

    private async Task StepAsync()
    {
        _events.Change(_random.Next(5));
        Pass();
        if (_random.Next(5) < 3)
        {
            Lose();
            if (_random.Next(4) == 0) await PartAsync();
            await CompleteAsync();
            return;
        }

        if (_random.Next(3) == 0)
        {
            await PartAsync();
            return;
        }

        var source = _random.Next(sources);
        string[] allowed = _random.Next(2) == 0 ? ["--accept-changes", "--max-delete", "100%"] : [];
        var hasLedger = HasLedger();
        if (NeedsFullRead(hasLedger)) await CompleteAsync();
        else await PushAsync(source, hasLedger, refused: true, allowed);
    }

    /// <summary>Minutes, mostly; now and then past the next renewal or the expiry.</summary>
    private void Pass()
    {
        var time = _random.Next(12) switch
        {
            0 => TimeSpan.FromDays(_random.Next(31, 45)),
            1 or 2 => TimeSpan.FromDays(_random.Next(8, 26)),
            _ => TimeSpan.FromMinutes(_random.Next(15, 4_000)),
        };
        _steps.Add($"{time.TotalDays:0.00} days pass");
        Time.Advance(time);
    }

    private void Lose()
    {
        if (Keeps == Keeping.Nothing) return;
        var other = _machines.Find(one => one != _now)!;
        var withLogs = _random.Next(3) == 0;
        var loss = _random.Next(7);
        if (loss is 1 or 2 && !_now.HasBackup) loss = 0;
        _steps.Add($"loss {loss}{(withLogs ? " with logs" : "")}");
        switch (loss)
        {
            case 0:
                _now.Delete(withLogs);
                break;
            case 1 or 2:
                _now.Restore(_random, withLogs);
                break;
            case 3:
                _now = other;
                break;
            case 4:
                other.TakeLedgerOf(_now);
                _now = other;
                break;
            case 5:
                _now.TakeLedgerOf(other);
                break;
            default:
                // What this machine did since is not in the copy that the other one uses now.
                if (!_now.HasBackup) break;
                other.TakeLedgerOf(_now);
                _now = other;
                break;
        }
    }

    /// <summary>Reads one event only. It may not delete what is still wanted.</summary>
    private async Task PartAsync()
    {
        var source = _random.Next(sources);
        var hasLedger = HasLedger();
        if (NeedsFullRead(hasLedger) || _events.AnyEvent(_keys[source]) is not { } uuid) return;
        var before = Ours().Select(one => one.Value).Intersect(_events.Wanted().Keys).ToList();
        await PushAsync(source, hasLedger, refused: true, "--event", uuid, "--accept-changes", "--max-delete", "100%");
        var gone = before.Except(Ours().Select(one => one.Value)).ToList();
        Assert.True(gone.Count == 0, Story($"push --event removed what is wanted: {string.Join(", ", gone)}"));
    }

    private async Task CompleteAsync()
    {
        foreach (var source in Enumerable.Range(0, sources).OrderBy(_ => _random.Next()).ToList())
        {
            var hasLedger = HasLedger();
            string[] full = NeedsFullRead(hasLedger) ? ["--full"] : [];
            await PushAsync(source, hasLedger, refused: false, ["--accept-changes", "--max-delete", "100%", .. full]);
            Time.Advance(TimeSpan.FromMinutes(15));
        }

        Compare();
        if (_random.Next(2) == 0) _now.BackUp();
    }

    private async Task PushAsync(int source, bool hasLedger, bool refused, params string[] options)
    {
        if (source == 1 && _saved is { } folder)
        {
            _events.Save(_keys[source], folder);
            options = [.. options, "--input", folder];
            source = 0;
        }

        _steps.Add($"machine {_machines.IndexOf(_now)}: push --config {FileOf(source, hasLedger)} {string.Join(' ', options)}");
        var result = await _now.Run.RunAsync(["push", "--wait", "10s", "--config", FileOf(source, hasLedger), .. options]);
        _runs++;
        if (hasLedger) _now.Ran(_runs);
        Assert.True(result.Code == 0 || (refused && result.Code == 6), Story($"exit {result.Code}\n{result.Out}{result.Error}\n{Log()}"));
    }

    private bool HasLedger() => Keeps == Keeping.Always || (Keeps == Keeping.Sometimes && _random.Next(2) == 0);

    private bool NeedsFullRead(bool hasLedger) => hasLedger && _now.NeedsFullRead(_runs);

    /// <summary>All is as it should be, so nothing is sent.</summary>
    private async Task RestAsync()
    {
        for (var source = 0; source < sources; source++)
        {
            Sandbox.ForgetRequests();
            await PushAsync(source, hasLedger: Keeps != Keeping.Nothing && !NeedsFullRead(hasLedger: true), refused: false);
            Assert.True(Sandbox.Writes(kind).Count == 0, Story($"not at rest: {string.Join(", ", Sandbox.Writes(kind))}"));
        }
    }

    private List<SandboxItem> Ours() => [.. Sandbox.Items(kind).Where(one => !_theirs.ContainsKey(one.Id))];

    private void Compare()
    {
        var hasTlp = kind != "defender";
        List<string> wanted = [.. _events.Wanted().Where(one => !_taken.Contains(one.Key))
            .Select(one => hasTlp ? $"{one.Key} {one.Value}" : one.Key)];
        List<string> held = [.. Ours().Select(one => hasTlp ? $"{one.Value} {one.Tlp}" : one.Value).Order(StringComparer.Ordinal)];
        Assert.True(wanted.SequenceEqual(held), Story(
            $"lacks [{string.Join("; ", wanted.Except(held))}], has too much [{string.Join("; ", held.Except(wanted))}], "
            + $"{held.Count - held.Distinct().Count()} twice"));

        var now = Sandbox.Items(kind).ToDictionary(one => one.Id, one => one.Json);
        List<string> touched = [.. _theirs.Where(one => now.GetValueOrDefault(one.Key) != one.Value).Select(one => one.Value)];
        Assert.True(touched.Count == 0, Story($"touched what others put there: {string.Join("; ", touched)}"));

        // The default lifetime is 30 days, and an indicator is renewed when less than a quarter of it is left.
        var soon = Time.GetUtcNow().AddDays(7);
        List<string> old = [.. Ours().Where(one => one.Expires < soon).Select(one => one.Value)];
        Assert.True(old.Count == 0, Story($"not renewed: {string.Join("; ", old)}"));
    }

    /// <summary>The end of the application log, which has the stack of a bug.</summary>
    private string Log() => string.Join(
        '\n', Directory.GetFiles(_now.Logs.Path, "*.log").Order().TakeLast(1).SelectMany(File.ReadLines).TakeLast(12));

    private string Story(string end) => $"{kind}, seed {seed}: {end}\n  {string.Join("\n  ", _steps)}";
}
