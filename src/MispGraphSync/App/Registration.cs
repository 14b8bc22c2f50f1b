using MispGraphSync.Destinations;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;

namespace MispGraphSync.App;

/// <summary>What this program is built from. A new kind of destination is one folder and one line here.</summary>
internal static class Registration
{
    /// <summary>The recommended kind comes first.</summary>
    public static DestinationKinds Kinds { get; } = new(
        SentinelKind.Kind,
        DefenderKind.Kind,
        GraphKind.Kind);
}
