using MispGraphSync.Configuration.Reading;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Configuration;

/// <summary>Settings as they were found, faults and all. The settings count only when there is no fault.</summary>
internal sealed record SettingsInspection(Settings Settings, EffectiveValues Values, ReadingPlace Place, string? File)
{
    public IReadOnlyList<SettingsFault> Faults { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public RunFailedException Failure() => new(
        ExitCode.Usage,
        Faults.Count == 1 ? $"The settings have a fault:\n  {Faults[0]}" : $"The settings have {Faults.Count} faults:\n  {string.Join("\n  ", Faults)}",
        "Correct them and run `misp-graph config validate`; docs/configuration.md explains every key.");
}
