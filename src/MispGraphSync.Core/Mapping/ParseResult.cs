using System.Collections.Immutable;

namespace MispGraphSync.Core.Mapping;

/// <summary>The observables of one combined indicator and those of single indicators, or the reason for neither.</summary>
internal readonly record struct ParseResult(
    ImmutableArray<Observable> Combined, ImmutableArray<Observable> Singles, SkipReason? Reason = null)
{
    /// <summary>Nothing found, which is no fault: the part may be missing.</summary>
    public static ParseResult Nothing { get; } = new([], []);

    /// <summary>For combined and for single indicators.</summary>
    public static ParseResult Of(Observable observable)
    {
        ImmutableArray<Observable> one = [observable];
        return new(one, one);
    }

    public static ParseResult OnlyCombined(Observable observable) => new([observable], []);

    public static ParseResult OnlySingle(Observable observable) => new([], [observable]);

    public static implicit operator ParseResult(SkipReason reason) => new([], [], reason);
}

/// <summary>Parses a value that is trimmed (<see cref="Normalise.ValueText.Trim"/>) and not empty.</summary>
internal delegate ParseResult ValueParser(string text);
