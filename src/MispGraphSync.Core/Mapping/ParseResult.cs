using System.Collections.Immutable;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// What a value turned out to be: what Graph would watch together, what the others would watch one by one, or why neither.
/// </summary>
internal readonly record struct ParseResult(
    ImmutableArray<Observable> Combined, ImmutableArray<Observable> Singles, SkipReason? Reason = null)
{
    /// <summary>Nothing found and no fault either: the part may be missing.</summary>
    public static ParseResult Nothing { get; } = new([], []);

    /// <summary>Every service has a field for it.</summary>
    public static ParseResult Of(Observable observable)
    {
        ImmutableArray<Observable> one = [observable];
        return new(one, one);
    }

    /// <summary>Only Graph has a field for it.</summary>
    public static ParseResult OnlyCombined(params ImmutableArray<Observable> observables) => new(observables, []);

    /// <summary>Graph has no field for it.</summary>
    public static ParseResult OnlySingle(Observable observable) => new([], [observable]);

    public static ParseResult Failed(SkipReason reason) => new([], [], reason);
}

/// <summary>Reads a value, trimmed already (<see cref="Normalise.ValueText.Trim"/>) and not empty.</summary>
internal delegate ParseResult ValueParser(string text);
