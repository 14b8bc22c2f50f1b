namespace MispGraphSync.Tests.Simulation;

/// <summary>Drops steps of a history that breaks a promise for as long as the rest breaks the same one (delta debugging).</summary>
internal sealed class Minimiser(Func<IReadOnlyList<Step>, Task> playAsync, TimeSpan longest)
{
    private readonly long _started = TimeProvider.System.GetTimestamp();

    /// <summary>The fewest steps that were found, and how they fail.</summary>
    public async Task<(IReadOnlyList<Step> Steps, BrokenPromiseException Failure)> RunAsync(
        IReadOnlyList<Step> steps, BrokenPromiseException failure)
    {
        steps = Until(steps, failure);
        for (var size = Math.Max(1, steps.Count / 2); ; size = Math.Max(1, size / 2))
        {
            var before = steps.Count;
            for (var at = steps.Count - size; at > -size; at -= size)
            {
                var from = Math.Max(0, at);
                if (from >= steps.Count) continue;
                await TryAsync([.. steps.Take(from), .. steps.Skip(from + size)]);
            }

            if (size == 1 && steps.Count == before) break;
        }

        for (var at = 0; at < steps.Count; at++)
        {
            if (steps[at] is not Step.Run) continue;
            foreach (var simpler in Simpler((Step.Run)steps[at]).ToList())
                if (await TryAsync([.. steps.Take(at), simpler, .. steps.Skip(at + 1)])) at--;
            if (at < 0) at = 0;
        }

        return (steps, failure);

        async Task<bool> TryAsync(List<Step> fewer)
        {
            if (TimeProvider.System.GetElapsedTime(_started) > longest) return false;
            try
            {
                await playAsync(fewer);
                return false;
            }
            catch (BrokenPromiseException same) when (same.Promise == failure.Promise)
            {
                (steps, failure) = (Until(fewer, same), same);
                return true;
            }
            catch (BrokenPromiseException)
            {
                return false;
            }
        }
    }

    private static List<Step> Until(IReadOnlyList<Step> steps, BrokenPromiseException failure) =>
        failure.After < steps.Count ? [.. steps.Take(failure.After + 1)] : [.. steps];

    private static IEnumerable<Step.Run> Simpler(Step.Run run)
    {
        foreach (var trouble in run.Troubles) yield return run with { Troubles = [.. run.Troubles.Where(one => one != trouble)] };
        if (run.ClockAhead != TimeSpan.Zero) yield return run with { ClockAhead = TimeSpan.Zero };
        if (run.MaxDuration is not null) yield return run with { MaxDuration = null };
        if (run.Full) yield return run with { Full = false };
        if (run.Accepts) yield return run with { Accepts = false };
    }
}
