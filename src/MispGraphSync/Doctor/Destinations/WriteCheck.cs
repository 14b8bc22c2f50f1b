namespace MispGraphSync.Doctor.Destinations;

/// <summary>With --write: one harmless indicator is written and taken away again.</summary>
internal static class WriteCheck
{
    public static async Task<CheckResult> LookAsync(DestinationContext one, CancellationToken ct)
    {
        if ((await one.Access.GetAsync().ConfigureAwait(false)).Status != CheckStatus.Ok) return CheckResult.Skipped($"needs {one.Name} access");
        // The places are counted before one more is taken.
        if (one.Kind == "defender") await one.Capacity.GetAsync().ConfigureAwait(false);
        await using var trial = new CanaryIndicator(one);
        return await trial.RunAsync(ct).ConfigureAwait(false);
    }
}
