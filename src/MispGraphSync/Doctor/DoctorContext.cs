using MispGraphSync.Destinations;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>The checks to run. Made by the composition root.</summary>
/// <param name="checks">In the order in which they are printed: what others need comes first.</param>
/// <param name="dispose">Disposes of what the checks share.</param>
internal sealed class DoctorContext(IReadOnlyList<Check> checks, Func<ValueTask>? dispose = null) : IAsyncDisposable
{
    public IReadOnlyList<Check> Checks => checks;

    /// <param name="logError">Why the log folder cannot be written; null when it can.</param>
    /// <param name="metricsError">Why the metrics file cannot be written; null when it can, or when none is set.</param>
    /// <param name="destinations">Those that were asked for, in the settings' order.</param>
    /// <param name="writes">Whether an indicator may be written to each destination.</param>
    public static IReadOnlyList<Check> All(
        SettingsInspection inspection, string? logError, string? metricsError, Connectivity connectivity,
        IReadOnlyList<MispContext> sources, IReadOnlyList<DestinationChecks> destinations, bool writes) =>
    [
        LocalChecks.Settings(inspection),
        LocalChecks.Permissions(inspection),
        LocalChecks.Ledger(inspection.Settings),
        LocalChecks.Logs(inspection.Settings.Logs.Directory, logError),
        .. LocalChecks.Metrics(inspection.Settings, metricsError),
        Secrets(sources, destinations),
        .. NetworkChecks.Of(connectivity),
        .. sources.SelectMany(MispChecks.Of),
        .. destinations.SelectMany(one => one.All(writes)),
        NetworkChecks.Hosts(connectivity),
    ];

    /// <summary>While the settings have faults, nothing else can be looked at.</summary>
    public static IReadOnlyList<Check> SettingsOnly(Check settings) =>
        [settings, new("all else", () => [CheckResult.Skipped("needs settings without faults")])];

    public ValueTask DisposeAsync() => dispose?.Invoke() ?? ValueTask.CompletedTask;

    /// <summary>Whether each secret is where the settings say: variables, files, Key Vaults, certificates, tokens.</summary>
    public static Check Secrets(IReadOnlyList<MispContext> sources, IReadOnlyList<DestinationChecks> destinations) =>
        new("secrets", async _ =>
        {
            var secrets = sources.Select(one => one.Key.GetAsync()).Concat(destinations.Select(one => one.Credential.GetAsync()));
            var found = await Task.WhenAll(secrets).ConfigureAwait(false);
            CheckResult[] faults = [.. found.OfType<CheckResult>().Distinct()];
            return faults.Length > 0 ? faults : [CheckResult.Ok("all are where the settings say")];
        });
}
