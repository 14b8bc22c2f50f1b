using MispGraphSync.Core.Ports;

namespace MispGraphSync.Settings;

/// <summary>Settings as they were found, faults and all. The settings count only when there is no fault.</summary>
internal sealed record SettingsInspection(AppSettings Settings, EffectiveValues Values, ReadingPlace Place, string? File)
{
    public IReadOnlyList<SettingsFault> Faults { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public RunFailedException ToException() => new(
        RunOutcome.InvalidInput,
        Faults.Count == 1 ? $"The settings have a fault:\n  {Faults[0]}" : $"The settings have {Faults.Count} faults:\n  {string.Join("\n  ", Faults)}",
        "Correct them and run `misp-graph config validate`; docs/configuration.md explains every key.");
}
