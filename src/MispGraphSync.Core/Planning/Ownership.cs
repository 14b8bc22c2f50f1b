using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Proves from a listed indicator's own content that this installation put it there: the key is a hash of the instance's name and of
/// that content, so it can be computed again.
/// </summary>
public sealed class Ownership(string instance, DestinationInfo destination)
{
    /// <summary>The last generation that is tried. Each generation is one revocation of the same value.</summary>
    public const int LastGeneration = 15;

    /// <summary>The indicator with its generation, where it is ours.</summary>
    public RemoteIndicator Prove(RemoteIndicator there)
    {
        if (there is not { Key: { } key, Canonical: { } canonical }) return there;
        for (var generation = 0; generation <= LastGeneration; generation++)
        {
            if (StableId.ForIndicator(instance, destination.Kind, destination.Scope, canonical, generation) == key)
                return there with { Generation = generation };
        }

        return there;
    }
}
