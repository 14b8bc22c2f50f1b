using MispGraphSync.Core.Hits;
using MispGraphSync.Ledger;

namespace MispGraphSync.Hits;

/// <summary>Finds the indicators of one destination that alerts come from, and records them as hits.</summary>
internal sealed class AlertMatcher(HitLedger ledger, DestinationRow destination, MatchRules rules)
{
    private const int MaxKnown = 20_000;

    private readonly Dictionary<ObservedValue, IReadOnlyList<HeldPeriod>> _known = [];
    private readonly Dictionary<string, UncountedAlert> _uncounted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Alert>> _weak = new(StringComparer.Ordinal);
    private readonly Dictionary<Hash128, Alert> _latest = [];

    /// <summary>Each alert once, as it was read last.</summary>
    public IReadOnlyCollection<UncountedAlert> Uncounted => _uncounted.Values;

    /// <summary>The latest alert of this look, by indicator.</summary>
    public IReadOnlyDictionary<Hash128, Alert> Latest => _latest;

    public void Take(Alert alert)
    {
        if (RecordNamed(alert)) _uncounted.Remove(alert.Id);
        else if (alert.Relevance == AlertRelevance.ByValue) TakeByValue(alert);
    }

    /// <summary>Looks for URLs whose host alone was seen. To be called after the last alert.</summary>
    public void End()
    {
        if (_weak.Count == 0) return;
        foreach (var (host, held) in ledger.FindUrlsAt(destination, _weak.Keys.ToHashSet(StringComparer.Ordinal)))
        {
            foreach (var alert in _weak[host])
            {
                if (held.ReasonAgainst(alert.First, HitMatch.Weak) is not null) continue;
                Record(held, alert, HitMatch.Weak);
                _uncounted.Remove(alert.Id);
            }
        }
    }

    // An alert that names its indicator is exact: what else was seen beside it may be an indicator too, and did not fire.
    private bool RecordNamed(Alert alert)
    {
        var isNamed = false;
        foreach (var id in alert.Ids)
        {
            if (ledger.FindById(destination, id) is not { } held) continue;
            Record(held, alert, HitMatch.Id);
            isNamed = true;
        }

        return isNamed;
    }

    private void TakeByValue(Alert alert)
    {
        var (isCounted, reason, hosts) = (false, (NotCounted?)null, new HashSet<string>());
        foreach (var value in alert.Values)
        {
            var periods = Find(value);
            var against = periods.Count == 0 ? NotCounted.NotHeld : Judge(periods, alert);
            if (against is null) isCounted = true;
            else if (reason is null || against > reason) reason = against;
            if (periods.Count == 0 && rules.WeakHostOf(value) is { } host) hosts.Add(host);
        }

        if (isCounted) _uncounted.Remove(alert.Id);
        else NoteUncounted(alert, reason ?? NotCounted.NotHeld, hosts);
    }

    private void NoteUncounted(Alert alert, NotCounted reason, HashSet<string> hosts)
    {
        _uncounted[alert.Id] = new UncountedAlert(reason, alert.Title, alert.Link);
        foreach (var host in hosts)
        {
            if (!_weak.TryGetValue(host, out var alerts)) _weak[host] = alerts = [];
            alerts.Add(alert with { Values = [], Ids = [] });
        }
    }

    // Null when it counts for the indicator, by its present period or an earlier one.
    private NotCounted? Judge(IReadOnlyList<HeldPeriod> periods, Alert alert)
    {
        NotCounted? against = null;
        foreach (var period in periods)
        {
            if (period.ReasonAgainst(alert.First, HitMatch.Value) is { } reason)
            {
                against ??= reason;
                continue;
            }

            Record(period, alert, HitMatch.Value);
            return null;
        }

        return against;
    }

    // The periods of the most specific indicator that has the value.
    private IReadOnlyList<HeldPeriod> Find(ObservedValue value)
    {
        if (_known.TryGetValue(value, out var known)) return known;
        if (_known.Count >= MaxKnown) _known.Clear();
        var found = rules.CandidatesOf(value).Select(candidate => ledger.Find(destination, candidate).ToList())
            .FirstOrDefault(periods => periods.Count > 0);
        return _known[value] = found ?? [];
    }

    private void Record(HeldPeriod held, Alert alert, HitMatch match)
    {
        ledger.Record(destination.Id, held, alert, match);
        if (!_latest.TryGetValue(held.Observables, out var last) || last.Last <= alert.Last)
            _latest[held.Observables] = alert with { Values = [], Ids = [] };
    }
}
