using MispGraphSync.Configuration;
using MispGraphSync.Doctor.Destinations;
using MispGraphSync.Doctor.Local;
using MispGraphSync.Doctor.Misp;
using MispGraphSync.Doctor.Network;

namespace MispGraphSync.Doctor;

/// <summary>What the checks share: the settings without faults, and what was found out on the way. Made by the composition root.</summary>
internal sealed record Examination : IAsyncDisposable
{
    public required SettingsInspection Inspection { get; init; }

    public required Settings Settings { get; init; }

    public required LogsFolder Logs { get; init; }

    public required Reach Reach { get; init; }

    public required MispCase Misp { get; init; }

    /// <summary>Those that were asked for, in the settings' order.</summary>
    public required IReadOnlyList<DestinationCase> Destinations { get; init; }

    public async ValueTask DisposeAsync()
    {
        foreach (var destination in Destinations) await destination.DisposeAsync().ConfigureAwait(false);
        Misp.Dispose();
        Reach.Dispose();
    }
}
