using MispGraphSync.Doctor.Destinations;
using MispGraphSync.Doctor.Local;
using MispGraphSync.Doctor.Misp;
using MispGraphSync.Doctor.Network;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>What the checks share: the settings without faults, and what was found out on the way. Made by the composition root.</summary>
internal sealed record DoctorContext : IAsyncDisposable
{
    public required SettingsInspection Inspection { get; init; }

    public required AppSettings Settings { get; init; }

    public required LogsFolder Logs { get; init; }

    public required Connectivity Connectivity { get; init; }

    public required MispContext Misp { get; init; }

    /// <summary>Those that were asked for, in the settings' order.</summary>
    public required IReadOnlyList<DestinationContext> Destinations { get; init; }

    public async ValueTask DisposeAsync()
    {
        foreach (var destination in Destinations) await destination.DisposeAsync().ConfigureAwait(false);
        Misp.Dispose();
        Connectivity.Dispose();
    }
}
