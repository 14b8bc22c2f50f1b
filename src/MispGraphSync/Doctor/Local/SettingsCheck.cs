using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor.Local;

/// <summary>Every fault in the settings, and what is allowed but may not be meant.</summary>
internal sealed class SettingsCheck : ICheck
{
    private readonly IReadOnlyList<CheckResult> _found;

    public SettingsCheck(SettingsInspection inspection) => _found = Look(inspection);

    /// <param name="failure">There are no settings to look at.</param>
    public SettingsCheck(RunFailedException failure) => _found = [CheckResult.FromFailure(failure)];

    public string Name => "settings";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => Task.FromResult(_found);

    private static IReadOnlyList<CheckResult> Look(SettingsInspection inspection)
    {
        if (inspection.Faults.Count > 0)
            return [.. inspection.Faults.Select(fault => CheckResult.Failed(
                RunOutcome.InvalidInput, fault.ToString(), "Correct it and run misp-graph config validate; docs/configuration.md explains every key."))];

        var permissions = PermissionWarnings.Of(inspection.Values, inspection.File).ToHashSet(StringComparer.Ordinal);
        CheckResult[] warnings =
        [
            .. inspection.Warnings.Where(warning => !permissions.Contains(warning)).Select(warning => CheckResult.Warning(warning, "Change it if it is not meant so.")),
            .. ConfigValidate.Placeholders(inspection).Select(label => CheckResult.Warning($"{label} still has the sample's placeholder.", "Put your own value there.")),
        ];
        return warnings.Length > 0 ? warnings : [CheckResult.Ok(Summary(inspection))];
    }

    private static string Summary(SettingsInspection inspection)
    {
        var enabled = inspection.Settings.Destinations.Where(one => one.Enabled).Select(one => one.Name);
        return $"{inspection.File ?? "from the environment"}; sends to {string.Join(", ", enabled)}";
    }
}
