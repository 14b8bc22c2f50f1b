using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Whether a destination takes an indicator source. Decided for each source before merging, so that one above the TLP ceiling
/// contributes nothing to the indicator, neither tag nor text.
/// </summary>
public sealed class Eligibility(IDestination destination, NeverBlock neverBlock)
{
    private readonly DestinationPolicy _policy = destination.Policy;
    private readonly bool _disrupts = destination.Policy.Action is IndicatorAction.Block or IndicatorAction.Warn;

    /// <summary>Null: it takes it. Else the first reason that applies, in the order of <see cref="SkipReason"/>.</summary>
    public SkipReason? SkipReasonFor(in IndicatorSourceRow row)
    {
        var source = row.Source;
        if (source.IsHostOfUrl && _policy.Action != IndicatorAction.Alert) return SkipReason.WeakAlone;
        if (_policy.Types.Count > 0 && !_policy.Types.Contains(source.Type)) return SkipReason.ExcludedType;
        if (_policy.ExcludeTypes.Count > 0 && _policy.ExcludeTypes.Contains(source.Type)) return SkipReason.ExcludedType;
        if (_policy.ExcludeTags.Count > 0 && (AnyExcluded(row.Event.Tagging) || AnyExcluded(row.Own))) return SkipReason.ExcludedTag;
        if ((row.TaggedTlp ?? _policy.DefaultTlp) > _policy.MaxTlp) return SkipReason.AboveMaxTlp;
        if (IsWithoutForm(source)) return SkipReason.NoFieldHere;
        if (destination.SkipReasonFor(source) is { } reason) return reason;
        // A protected name's address is its own, and a name at a protected address is no attacker's.
        if (destination.Capabilities.Shape == IndicatorShape.Single)
            return Hurts(source.Single!) ?? (source.OtherHalf is { } other ? Hurts(other) : null);
        foreach (var observable in source.Combined)
        {
            if (Hurts(observable) is { } hurt) return hurt;
        }

        return null;
    }

    private bool IsWithoutForm(IndicatorSource source) =>
        destination.Capabilities.Shape == IndicatorShape.Single ? source.Single is null : source.Combined.IsEmpty;

    private SkipReason? Hurts(Observable observable)
    {
        if (NeverBlock.IsHashOfEmptyInput(observable)) return SkipReason.EmptyInputHash;
        return _disrupts && neverBlock.Protects(observable) ? SkipReason.NeverBlock : null;
    }

    private bool AnyExcluded(TagMeaning reading)
    {
        foreach (var tag in reading.AllTags)
        {
            if (_policy.ExcludeTags.Contains(tag)) return true;
        }

        return false;
    }
}
