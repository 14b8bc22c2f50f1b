using System.Runtime.CompilerServices;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor;

/// <summary>Runs checks side by side and gives what they found in the order of the list.</summary>
internal static class CheckRunner
{
    /// <summary>For one check; none that works takes nearly as long. Bounds below this one are the checks' own.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async IAsyncEnumerable<(ICheck Check, IReadOnlyList<CheckResult> Found)> RunAsync(
        IReadOnlyList<ICheck> checks, TimeProvider time, [EnumeratorCancellation] CancellationToken ct)
    {
        var running = checks.Select(check => (Check: check, Found: RunAsync(check, time, ct))).ToList();
        try
        {
            foreach (var (check, found) in running) yield return (check, await found.ConfigureAwait(false));
        }
        finally
        {
            // What the others stand on must not go before they have cleaned up.
            await Task.WhenAll(running.Select(Task (one) => one.Found)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<IReadOnlyList<CheckResult>> RunAsync(ICheck check, TimeProvider time, CancellationToken ct)
    {
        // So that one that works without waiting does not keep the others from starting.
        await Task.Yield();
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await check.RunAsync(either.Token).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            return [CheckResult.FromFailure(failure)];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return [CheckResult.Failed(RunOutcome.Unreachable, "It did not come to an end in time.", "Run again; if it stays so, look at the network and the proxy.")];
        }
    }
}
