using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations;

/// <summary>The kinds of destination there are: a new one is one folder and one line here.</summary>
internal static class DestinationKinds
{
    public static IDestination Create(DestinationSettings settings, Transport transport) => settings.Kind switch
    {
        "graph" => GraphDestination.Create(settings, transport),
        "sentinel" => SentinelDestination.Create(settings, transport),
        "defender" => DefenderDestination.Create(settings, transport),
        _ => throw new RunFailedException(ExitCode.Usage, $"Destination '{settings.Name}' is of the kind '{settings.Kind}', which this version cannot send to.", "Set \"enabled\": false for it."),
    };
}
