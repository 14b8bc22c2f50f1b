using System.Collections.Immutable;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// What a value turned out to be: what Graph would watch together, what the others would watch one by one, or why neither.
/// </summary>
internal readonly record struct Reading(
    ImmutableArray<Observable> Together, ImmutableArray<Observable> Alone, SkipReason? Fault = null)
{
    /// <summary>Nothing found and no fault either: the part may be missing.</summary>
    public static Reading Nothing { get; } = new([], []);

    /// <summary>Every service has a field for it.</summary>
    public static Reading Of(Observable observable)
    {
        ImmutableArray<Observable> one = [observable];
        return new(one, one);
    }

    /// <summary>Only Graph has a field for it.</summary>
    public static Reading Joined(params ImmutableArray<Observable> observables) => new(observables, []);

    /// <summary>Graph has no field for it.</summary>
    public static Reading Single(Observable observable) => new([], [observable]);

    public static Reading Failed(SkipReason reason) => new([], [], reason);
}

/// <summary>Reads a value, trimmed already (<see cref="Normalise.Text.Trim"/>) and not empty.</summary>
internal delegate Reading Reader(string text);
