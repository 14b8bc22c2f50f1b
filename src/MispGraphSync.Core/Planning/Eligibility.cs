using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Whether a destination takes an indicator source. Decided for each source before merging, so that one above the TLP ceiling
/// contributes nothing to the indicator, neither tag nor text.
/// </summary>
/// <param name="destination">Where to.</param>
/// <param name="neverBlock">What is never blocked.</param>
/// <param name="now">The run's one clock reading.</param>
public sealed class Eligibility(IDestination destination, NeverBlock neverBlock, DateTimeOffset now)
{
    private const int MostChoices = 4_096;

    private readonly DestinationPolicy _policy = destination.Policy;
    private readonly Dictionary<EventFacts, EventChoice> _choices = [];
    private readonly DateTimeOffset _today = new(now.UtcDateTime.Date, TimeSpan.Zero);

    /// <summary>Null: it takes it. Else the first reason that applies, in the order of <see cref="SkipReason"/>.</summary>
    public SkipReason? SkipReasonFor(in IndicatorSourceRow row) => Judge(row).Reason;

    public Verdict Judge(in IndicatorSourceRow row)
    {
        var choice = ChoiceOf(row.Event);
        if (choice == EventChoice.No) return new Verdict(SkipReason.NotSelected, RuleEffect.None);
        var effect = _policy.EffectOn(row, _today);
        return new Verdict(ReasonOf(row, effect), effect)
        {
            IsAged = row.Event.IsAged || choice == EventChoice.Aged,
        };
    }

    private SkipReason? ReasonOf(in IndicatorSourceRow row, RuleEffect effect)
    {
        var action = effect.Action ?? _policy.Action;
        return NotChosen(row, effect, action)
            ?? ((row.TaggedTlp ?? _policy.DefaultTlp) > _policy.MaxTlp ? SkipReason.AboveMaxTlp
                : row.Pap > _policy.MaxPap ? SkipReason.AboveMaxPap
                : _policy.EndOf(row, effect) <= now ? SkipReason.Ended
                : IsWithoutForm(row.Source) ? SkipReason.NoFieldHere
                : destination.SkipReasonFor(row.Source, action))
            ?? Hurts(row.Source, action);
    }

    /// <summary>Whether a rule may send, at some time, what needs a rule.</summary>
    public bool MayTake(in IndicatorSourceRow row) => MayTake(_policy, row, _today);

    /// <inheritdoc cref="MayTake(in IndicatorSourceRow)"/>
    /// <param name="policy">Of a destination.</param>
    /// <param name="today">The beginning of the run's day.</param>
    public static bool MayTake(DestinationPolicy policy, in IndicatorSourceRow row, DateTimeOffset today)
    {
        foreach (var rule in policy.Rules)
        {
            if (rule.Then.Send is true && rule.MayMatch(new RuleSubject(row, policy, today))) return true;
        }

        return false;
    }

    // The sources of one event ask one after the other, and those of one key come from few events.
    private EventChoice ChoiceOf(EventFacts facts)
    {
        if (_policy.Events is not { } choose) return EventChoice.Yes;
        if (_choices.TryGetValue(facts, out var known)) return known;
        if (_choices.Count >= MostChoices) _choices.Clear();
        return _choices[facts] = choose(facts, now);
    }

    private SkipReason? NotChosen(in IndicatorSourceRow row, RuleEffect effect, IndicatorAction action)
    {
        var source = row.Source;
        if (effect.Send is true) return null;
        if (source.NeedsRule is { } reason) return reason;
        if (source.IsHostOfUrl && action != IndicatorAction.Alert) return SkipReason.WeakAlone;
        if (effect.Send is false) return SkipReason.ExcludedByRule;
        if (row.Facts is { IsDecayed: true }) return SkipReason.Decayed;
        if (_policy.Types.Count > 0 && !_policy.Types.Contains(source.Type)) return SkipReason.ExcludedType;
        if (_policy.ExcludeTypes.Count > 0 && _policy.ExcludeTypes.Contains(source.Type)) return SkipReason.ExcludedType;
        return _policy.ExcludeTags.Count > 0 && (AnyExcluded(row.Event.Tagging) || AnyExcluded(row.Own)) ? SkipReason.ExcludedTag : null;
    }

    // A protected name's address is its own, and a name at a protected address is no attacker's.
    private SkipReason? Hurts(IndicatorSource source, IndicatorAction action)
    {
        var disrupts = action is IndicatorAction.Block or IndicatorAction.Warn;
        if (destination.Capabilities.Shape == IndicatorShape.Single)
            return Hurts(source.Single!, disrupts) ?? (source.OtherHalf is { } other ? Hurts(other, disrupts) : null);
        foreach (var observable in source.Combined)
        {
            if (Hurts(observable, disrupts) is { } hurt) return hurt;
        }

        return null;
    }

    private bool IsWithoutForm(IndicatorSource source) =>
        destination.Capabilities.Shape == IndicatorShape.Single ? source.Single is null : source.Combined.IsEmpty;

    private SkipReason? Hurts(Observable observable, bool disrupts)
    {
        if (NeverBlock.IsHashOfEmptyInput(observable)) return SkipReason.EmptyInputHash;
        return disrupts && neverBlock.Protects(observable) ? SkipReason.NeverBlock : null;
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

/// <summary>What a destination does with an indicator source.</summary>
/// <param name="Reason">Null: it takes it. Else the first reason that applies, in the order of <see cref="SkipReason"/>.</param>
/// <param name="Effect">What the rules say of it.</param>
public readonly record struct Verdict(SkipReason? Reason, RuleEffect Effect)
{
    /// <summary>Its event left the filters only by growing old: it renews nothing.</summary>
    public bool IsAged { get; init; }
}
