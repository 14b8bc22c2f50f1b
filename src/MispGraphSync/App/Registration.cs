using MispGraphSync.Destinations;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;

namespace MispGraphSync.App;

/// <summary>What this program is built from. A new kind of destination is one folder and one line here.</summary>
internal static class Registration
{
    public static DestinationKinds Kinds { get; } = new(
        GraphKind.Kind,
        SentinelKind.Kind,
        DefenderKind.Kind);
}
