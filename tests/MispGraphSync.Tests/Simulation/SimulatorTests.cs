using Xunit;

namespace MispGraphSync.Tests.Simulation;

/// <summary>
/// Random histories of 30 days against all three services, by a clock of their own: MISP and the settings change, requests fail in
/// every way, runs are killed, machines take turns, ledgers get lost. The <see cref="Promises"/> are checked after each run. The same
/// histories each time; <c>MISP_GRAPH_MODEL_SECONDS</c> explores new ones for so long, and <c>MISP_GRAPH_SEED</c> repeats one. A
/// history that breaks a promise is made as short as possible and printed.
/// </summary>
public sealed class SimulatorTests
{
    private static readonly TimeSpan LongestSearch = TimeSpan.FromMinutes(5);

    [Fact]
    public Task Every_promise_holds_after_each_run_of_any_history() => Histories.PlayAsync(TimeSpan.FromSeconds(25), PlayAsync);

    private static async Task PlayAsync(int seed)
    {
        var steps = new HistoryMaker(seed).Make();
        try
        {
            await World.PlayAsync(steps);
        }
        catch (BrokenPromiseException first)
        {
            var (fewest, failure) = await new Minimiser(World.PlayAsync, LongestSearch).RunAsync(steps, first);
            Assert.Fail($"seed {seed}: {failure.Message}\n{fewest.Count} of {steps.Count} steps:\n  {string.Join("\n  ", fewest)}");
        }
    }
}
