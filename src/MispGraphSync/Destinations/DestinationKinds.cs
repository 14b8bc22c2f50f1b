using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations;

/// <summary>The kinds of destination there are: a new one is one folder and one line here.</summary>
internal static class DestinationKinds
{
    /// <param name="tokens">Null: those of the settings' own sign-in.</param>
    public static IDestination Create(DestinationSettings settings, Transport transport, ITokenSource? tokens = null) => settings.Kind switch
    {
        "graph" => GraphDestination.Create(settings, transport, tokens),
        "sentinel" => SentinelDestination.Create(settings, transport, tokens),
        "defender" => DefenderDestination.Create(settings, transport, tokens),
        _ => throw new RunFailedException(RunOutcome.InvalidInput, $"Destination '{settings.Name}' is of the kind '{settings.Kind}', which this version cannot send to.", "Set \"enabled\": false for it."),
    };
}
