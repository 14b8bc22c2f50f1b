using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <param name="Indicator">Its key.</param>
/// <param name="Value">The indicator's, for people.</param>
/// <param name="Tlp">The strictest of the sources that say so.</param>
public readonly record struct Indication(Guid Indicator, string Value, ContextObject Target, Tlp Tlp);

/// <summary>
/// Which actors and techniques the indicators indicate: those in the tags of their sources. There are as many as indicators, and more: a
/// destination gets a few of each, actors first, and none by default.
/// </summary>
/// <param name="wanted">The objects that the destination gets.</param>
public sealed class Indications(IDestination destination, Eligibility eligibility, string instance, ContextCollector wanted, int most)
{
    private readonly Dictionary<MispTag, ContextObject?> _known = [];

    public IEnumerable<Indication> Of(IEnumerable<SupportedIndicator> indicators)
    {
        foreach (var one in indicators)
        {
            var targets = new Dictionary<Hash128, (ContextObject Item, Tlp Tlp)>();
            foreach (var row in one.Sources.Where(row => eligibility.SkipReasonFor(row) is null)) AddTargets(targets, row);
            if (targets.Count == 0) continue;
            var (key, value) = Name(one);
            foreach (var (item, tlp) in targets.Values
                .OrderBy(target => target.Item.Type).ThenBy(target => target.Item.Key, StringComparer.Ordinal).Take(most))
                yield return new Indication(key, value, item, tlp);
        }
    }

    private void AddTargets(Dictionary<Hash128, (ContextObject Item, Tlp Tlp)> targets, in IndicatorSourceRow row)
    {
        var tlp = row.TaggedTlp ?? destination.Policy.DefaultTlp;
        foreach (var tag in row.Source.Tags.Concat(row.Event.Context.Tags))
        {
            if (!_known.TryGetValue(tag, out var item)) _known[tag] = item = wanted.Find(tag);
            if (item is null) continue;
            var key = item.Observables;
            if (!targets.TryGetValue(key, out var known) || tlp > known.Tlp) targets[key] = (item, tlp);
        }
    }

    private (Guid Key, string Value) Name(SupportedIndicator one)
    {
        var observables = one.Sources[0].ObservablesIn(destination.Capabilities.Shape);
        var (kind, scope) = (destination.Info.Kind, destination.Info.Scope);
        var key = one.Key ?? StableId.ForIndicator(instance, kind, scope, destination.Canonical(observables), one.Generation);
        return (key, IndicatorLabel.Of(observables).Value);
    }
}
