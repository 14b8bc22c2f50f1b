using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// The real process, killed while it rebuilds a lost ledger: at each request, before and after the service has handled it, and at
/// random moments. <c>MISP_GRAPH_KILLS</c> enumerates all requests and adds so many random kills; without it a few are chosen.
/// <c>MISP_GRAPH_SEED</c> repeats a run.
/// </summary>
public sealed class RebuildKillTests
{
    private const int Values = 400;

    /// <summary>What was accepted is not listed for so long.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(30);

    private static readonly int? Kills = Histories.Number("MISP_GRAPH_KILLS");
    private static readonly int Seed = Histories.Number("MISP_GRAPH_SEED") ?? Environment.TickCount;

    private readonly Random _random = new(Seed);
    private readonly List<string> _story = [];

    public static TheoryData<string> Kinds { get; } = [.. SandboxItems.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Kill_while_a_ledger_is_rebuilt_leaves_exactly_what_MISP_implies(string kind) => KillAsync(kind, "misp-graph.db");

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Kill_of_a_run_without_a_ledger_leaves_exactly_what_MISP_implies(string kind) => KillAsync(kind, "none");

    private async Task KillAsync(string kind, string ledger)
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), kind);
        run.Change(settings =>
        {
            settings["ledger"] = ledger;
            settings["logs"] = new JsonObject { ["requests"] = "none" };
        });
        // At Sentinel a run waits until the list shows what it created.
        (run.Sandbox.GraphState.ReadLag, run.Sandbox.DefenderState.ReadLag) = (Lag, Lag);
        var events = new RandomEvents(run.Sandbox, _random, Values);
        for (var i = 0; i < 30; i++) events.Add(attributes: 10);
        await CompareAsync(run, kind, events);

        var at = 0;
        while (Kills is not null || at < 6)
        {
            at += Kills is null ? _random.Next(1, 4) : 1;
            if (!await KillAtAsync(run, kind, events, at)) break;
        }

        for (var kill = Kills ?? 2; kill > 0; kill--) await KillAnywhereAsync(run, kind, events);
    }

    /// <summary>False when the run had no such request.</summary>
    private async Task<bool> KillAtAsync(SandboxRun run, string kind, RandomEvents events, int at)
    {
        var number = (at + 1) / 2;
        var afterHandling = at % 2 == 0;
        _story.Add($"killed {(afterHandling ? "after" : "before")} request {number}");
        Lose(run, events);
        var seen = 0;
        var hold = new Hold[2];
        Service[] services = [SandboxItems.ServiceOf(kind), SandboxItems.ListServiceOf(kind)];
        // Counts over both services, where the list is another one's.
        bool Strikes(SeenRequest request) => request.Headers.ContainsKey("Authorization") && Interlocked.Increment(ref seen) == number;
        for (var i = 0; i < services.Distinct().Count(); i++)
            hold[i] = run.Sandbox.Faults.Hold(services[i], afterHandling, when: Strikes);

        using var process = ToolProcess.Start(run.Folder, "push", "-q", "--accept-changes", "--max-delete", "100%");
        var ended = process.EndAsync();
        var first = await Task.WhenAny([ended, .. hold.OfType<Hold>().Select(one => one.Reached)]);
        process.Kill();
        await ended;
        run.Sandbox.Faults.Clear();
        await CompareAsync(run, kind, events);
        return first != ended;
    }

    private async Task KillAnywhereAsync(SandboxRun run, string kind, RandomEvents events)
    {
        Lose(run, events);
        using var process = ToolProcess.Start(run.Folder, "push", "-q", "--accept-changes", "--max-delete", "100%");
        var ended = process.EndAsync();
        // Most of a run is its start; the rest takes about as long.
        while (!ended.IsCompleted && run.Sandbox.RequestsTo(Service.Entra).Count == 0)
            await Task.WhenAny(ended, Task.Delay(1, TestContext.Current.CancellationToken));
        var wait = TimeSpan.FromMilliseconds(_random.Next(500));
        _story.Add($"killed {wait.TotalMilliseconds} ms after sign-in");
        await Task.WhenAny(ended, Task.Delay(wait, TestContext.Current.CancellationToken));
        process.Kill();
        await ended;
        await CompareAsync(run, kind, events);
    }

    /// <summary>MISP changes and the ledger is gone; all that was sent so far is listed by now.</summary>
    private static void Lose(SandboxRun run, RandomEvents events)
    {
        events.Change(20);
        File.Delete(run.Ledger);
        File.Delete(run.Ledger + "-wal");
        File.Delete(run.Ledger + "-shm");
        run.Time.Advance(Lag);
        run.Sandbox.ForgetRequests();
    }

    /// <summary>
    /// One clean run leaves what MISP implies, while the killed run's indicators are not listed yet. The next sends nothing; without
    /// a ledger, once all is listed.
    /// </summary>
    private async Task CompareAsync(SandboxRun run, string kind, RandomEvents events)
    {
        var clean = await run.RunAsync("push", "--json", "--accept-changes", "--max-delete", "100%");
        Assert.True(clean.Code == 0, Story(kind, $"exit {clean.Code}\n{clean.Out}\n{clean.Error}"));
        var held = run.Sandbox.Values(kind);
        var wanted = events.Wanted().Keys;
        Assert.True(wanted.SequenceEqual(held), Story(kind,
            $"lacks [{string.Join("; ", wanted.Except(held))}], has too much [{string.Join("; ", held.Except(wanted))}], "
            + $"{held.Count - held.Distinct().Count()} twice"));

        if (!File.Exists(run.Ledger)) run.Time.Advance(Lag);
        run.Sandbox.ForgetRequests();
        Assert.Equal(0, (await run.RunAsync("push")).Code);
        Assert.True(run.Sandbox.Writes(kind).Count == 0, Story(kind, $"not at rest: {string.Join(", ", run.Sandbox.Writes(kind))}"));
    }

    private string Story(string kind, string end) => $"{kind}, seed {Seed}: {end}\n  {string.Join("\n  ", _story)}";
}
