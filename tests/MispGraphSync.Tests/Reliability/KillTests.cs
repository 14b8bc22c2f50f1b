using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// The real process, killed at random moments. <c>MISP_GRAPH_KILLS</c> sets how often (50), <c>MISP_GRAPH_SEED</c> repeats a run.
/// </summary>
public sealed class KillTests
{
    private const int Events = 30;
    private const int Attributes = 25;

    /// <summary>Ledgers that are killed side by side: most of a run is the start of its process.</summary>
    private const int Lanes = 2;

    private static readonly int Kills = Histories.Number("MISP_GRAPH_KILLS") ?? 50;
    private static readonly int Seed = Histories.Number("MISP_GRAPH_SEED") ?? Environment.TickCount;

    [Fact]
    public Task Kill_at_any_instant_loses_and_duplicates_nothing() =>
        Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => KillAsync(Seed + lane, (Kills + lane) / Lanes))));

    private static async Task KillAsync(int seed, int kills)
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions());
        run.Sandbox.Faults.SetLatency(Service.Graph, TimeSpan.FromMilliseconds(40));
        run.Sandbox.Faults.SetLatency(Service.Misp, TimeSpan.FromMilliseconds(20));
        var random = new Random(seed);
        var events = new RandomEvents(run.Sandbox, random, values: 1_000_000);
        for (var i = 0; i < Events; i++) events.Add(Attributes);

        // How long a whole run takes here: kills are spread over a little more than that.
        var started = TimeProvider.System.GetTimestamp();
        var first = await ToolProcess.Start(run.Folder, "push", "-q").EndAsync();
        Assert.True(first.Code == 0, $"{first.Out}\n{first.Error}");
        var whole = TimeProvider.System.GetElapsedTime(started);

        for (var kill = 1; kill <= kills; kill++)
        {
            events.Change(Events / 5);
            using var process = ToolProcess.Start(run.Folder, "push", "-q");
            var ended = process.EndAsync();
            await Task.WhenAny(ended, Task.Delay(whole * (1.1 * random.NextDouble()), TestContext.Current.CancellationToken));
            process.Kill();
            await ended;
            if (kill % 5 == 0 || kill == kills) await SettleAndCompareAsync(run, events, kill, seed);
        }
    }

    private static async Task SettleAndCompareAsync(SandboxRun run, RandomEvents events, int kill, int seed)
    {
        var clean = await run.RunAsync("push", "--json", "--accept-changes", "--max-delete", "100%");
        Assert.True(clean.Code == 0, $"after {kill} kills (seed {seed}): exit {clean.Code}\n{clean.Out}\n{clean.Error}");
        var wanted = events.Wanted().Keys;
        var held = run.Sandbox.Values("graph");
        Assert.True(
            wanted.SequenceEqual(held),
            $"after {kill} kills (seed {seed}): {wanted.Except(held).Count()} lost, {held.Except(wanted).Count()} orphaned, "
            + $"{held.Count - held.Distinct().Count()} twice");
    }
}
