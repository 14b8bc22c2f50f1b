using System.Runtime.CompilerServices;
using MispGraphSync.Destinations;
using MispGraphSync.Http;

namespace MispGraphSync.Doctor;

/// <summary>Runs checks side by side and gives their results in the order of the list.</summary>
internal static class CheckRunner
{
    /// <summary>For one check; none that works takes nearly as long.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async IAsyncEnumerable<(Check Check, IReadOnlyList<CheckResult> Results)> RunAsync(
        IReadOnlyList<Check> checks, TimeProvider time, [EnumeratorCancellation] CancellationToken ct)
    {
        var running = checks.Select(check => (Check: check, Results: RunAsync(check, time, ct))).ToList();
        try
        {
            foreach (var (check, results) in running) yield return (check, await results.ConfigureAwait(false));
        }
        finally
        {
            // What they share is disposed of only after all have cleaned up.
            await Task.WhenAll(running.Select(Task (one) => one.Results)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<IReadOnlyList<CheckResult>> RunAsync(Check check, TimeProvider time, CancellationToken ct)
    {
        // A check that never waits must not keep the others from starting.
        await Task.Yield();
        try
        {
            return await TimeLimit.RunAsync(Limit, time, check.RunAsync, ct).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            return [CheckResult.FromFailure(failure)];
        }
        catch (TimeoutException)
        {
            return [CheckResult.Failed(
                RunOutcome.Unreachable, "It did not finish in time.", "Run again; if this persists, check the network and the proxy.")];
        }
    }
}
