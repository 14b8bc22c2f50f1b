using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Explain;

/// <summary>
/// Answers where a value or a UUID comes from and what became of it, from the ledger, the settings and the request files.
/// Changes nothing and asks nobody.
/// </summary>
internal sealed class Explainer(LedgerFile ledger, IReadOnlyList<ExplainedDestination> destinations, string instance, string logFolder, DateTimeOffset now)
{
    /// <summary>An event may have a hundred thousand attributes: nobody reads more than these.</summary>
    private const int MostSightings = 500;

    private const int MostSupports = 10_000;

    private readonly EventLinks _links = new(ledger);
    private readonly KeyStandings _standings = new(ledger);
    private readonly RunHistory _runs = new(ledger);

    public Explanation Explain(string asked)
    {
        var named = new KeySearch(ledger).Find(asked.Trim());
        var uuid = Guid.TryParse(asked, out var parsed) ? parsed : (Guid?)null;
        var events = uuid is { } one ? new EventSearch(ledger).Find(one) : new HashSet<long>();
        var candidates = KeysOf(asked);
        var search = new IndicatorSourceSearch(ledger);
        var found = search.Find(
            new IndicatorSourceQuery { Keys = candidates.Whole.Union(named.Select(key => key.Observables)).ToHashSet(), Observables = candidates.Single, Attribute = uuid, Events = events },
            MostSightings);
        found = [.. found, .. CarriersOf(search, found)];
        var skipped = new SkippedSearch(ledger).Find(uuid, events, ValueVariants.InMisp(asked).Select(Hash128.Of).ToHashSet(), MostSightings);

        // What other events say of the same indicators decides too.
        var keys = found.SelectMany(row => new[] { row.Combination, row.Single }).OfType<Hash128>().ToHashSet();
        var supports = keys.Count == 0 ? [] : search.Find(new IndicatorSourceQuery { Keys = keys }, MostSupports);
        var indicators = destinations.SelectMany(destination => At(destination, found, supports, candidates.Whole, named)).ToList();
        var explanation = new Explanation
        {
            Asked = asked,
            Sources = [.. found.Select(Sighted)],
            Skipped = [.. skipped.Select(Sighted)],
            Indicators = indicators,
            IsTruncated = found.Count == MostSightings || skipped.Count == MostSightings || supports.Count == MostSupports,
        };
        explanation = WithLogs(explanation);
        return explanation.IsSeen ? explanation : WithProspects(explanation);
    }

    // An object's member may be watched by an indicator that another member carries.
    private static IEnumerable<FoundIndicatorSource> CarriersOf(IndicatorSourceSearch search, IReadOnlyList<FoundIndicatorSource> found)
    {
        var carried = found.Where(row => row.Combination is null).ToList();
        if (carried.Count == 0) return [];
        var known = found.Select(row => (row.Event, row.Row.Source.Attribute, row.Row.Source.Part)).ToHashSet();
        var rows = search.Find(new IndicatorSourceQuery { Events = carried.Select(row => row.Event).ToHashSet() }, MostSupports);
        return rows.Where(row => carried.Exists(one => Carries(row, one)) && !known.Contains((row.Event, row.Row.Source.Attribute, row.Row.Source.Part)));
    }

    private static bool Carries(FoundIndicatorSource row, FoundIndicatorSource other) =>
        row.Event == other.Event && other.Single is { } single && row.Row.Source.Combined.Any(observable => ObservableKey.OfSingle(observable) == single);

    private static (HashSet<Hash128> Whole, List<Observable> Single) KeysOf(string asked)
    {
        var (whole, single) = (new HashSet<Hash128>(), new List<Observable>());
        foreach (var support in TypeGuesses.Of(asked).SelectMany(candidate => candidate.Sources))
        {
            if (!support.Combined.IsEmpty) whole.Add(ObservableKey.OfCombination(support.Combined));
            if (support.Combined is [var only]) single.Add(only);
            if (support.Single is not { } alone) continue;
            whole.Add(ObservableKey.OfSingle(alone));
            single.Add(alone);
        }

        return (whole, single);
    }

    private IEnumerable<ExplainedIndicator> At(
        ExplainedDestination destination, IReadOnlyList<FoundIndicatorSource> found, IReadOnlyList<FoundIndicatorSource> supports, HashSet<Hash128> candidates, IReadOnlyList<(long Destination, Hash128 Observables)> named)
    {
        var keys = found.Select(row => row.Key(destination.Form)).OfType<Hash128>()
            .Concat(candidates).Concat(named.Where(key => key.Destination == destination.Row?.Id).Select(key => key.Observables));
        foreach (var key in keys.Distinct())
        {
            if (Stand(destination, key, [.. supports.Where(row => row.Key(destination.Form) == key).Select(row => row.Row)]) is { } indicator) yield return indicator;
        }

        // Attributes with nothing at all for this form of destination.
        foreach (var attribute in found.GroupBy(row => (row.Event, row.Row.Source.Attribute)).Where(rows => rows.All(row => row.Key(destination.Form) is null)))
        {
            var row = attribute.First().Row;
            if (found.Any(other => attribute.Any(one => other != one && Carries(other, one)))) continue;
            if (destination.Eligibility?.SkipReasonFor(row) is not { } refusal) continue;
            yield return new ExplainedIndicator
            {
                Destination = destination.Info,
                Observables = row.Source.Single is { } single ? [single] : row.Source.Combined,
                State = IndicatorState.Skipped,
                Reason = refusal,
                Standing = new IndicatorStatus(),
            };
        }
    }

    private ExplainedIndicator? Stand(ExplainedDestination destination, Hash128 observables, IReadOnlyList<IndicatorSourceRow> supports)
    {
        var standing = destination.Row is { } row ? _standings.Find(row.Id, observables) : new IndicatorStatus();
        var verdict = Verdict.Of(supports, destination.Eligibility);
        if (StateOf(standing, verdict, destination.Enabled is not null) is not { } state) return null;
        var leftOut = state == IndicatorState.Waiting && !standing.IsPending ? standing.Skipped : null;
        var watched = supports.Count > 0 ? destination.ObservablesOf((verdict.Lead ?? supports[0]).Source) : [];
        var key = standing.Held?.Indicator.Key ?? standing.Rejected?.Key ?? KeyOf(destination, watched, standing.Generation);
        return new ExplainedIndicator
        {
            Destination = destination.Info,
            Observables = watched,
            State = leftOut is null ? state : IndicatorState.Skipped,
            Reason = leftOut ?? (verdict.IsTaken ? null : verdict.Refusal),
            Key = key,
            Standing = standing,
            SentAt = standing.Held is { } held ? _runs.StartOf(held.Run) : null,
            FirstSentAt = standing.Held is { } first ? _runs.StartOf(first.FirstRun) : null,
        };
    }

    private IndicatorState? StateOf(IndicatorStatus standing, Verdict verdict, bool isLive)
    {
        if (standing.Held is { } held)
        {
            if (held.Indicator.Expires <= now) return IndicatorState.Expired;
            // Without settings nothing is known of what it takes, and nothing is done there either.
            if (verdict.IsActive || !isLive) return IndicatorState.Held;
            return verdict.IsAged ? IndicatorState.Aged : IndicatorState.Unwanted;
        }

        if (standing.Rejected is { } turnedDown) return turnedDown.IsResent ? IndicatorState.TurnedDown : IndicatorState.HeldBack;
        if (!isLive || verdict.Supports == 0) return null;
        if (verdict.IsActive) return IndicatorState.Waiting;
        return verdict.IsAged ? IndicatorState.Ended : IndicatorState.Skipped;
    }

    private Guid? KeyOf(ExplainedDestination destination, IReadOnlyList<Observable> watched, int generation) =>
        watched.Count == 0 || destination.Enabled is not { } live
            ? null
            : StableId.ForIndicator(instance, live.Info.Kind, live.Info.Scope, live.Canonical(watched), generation);

    private ExplainedSource Sighted(FoundIndicatorSource found)
    {
        var facts = found.Row.Event;
        return new ExplainedSource(_links.Find(found.Event), facts.Context.Info, facts.Tagging.AllTags, facts.IsAged, found.Row);
    }

    private ExplainedSkip Sighted(SkippedAttribute skipped)
    {
        var meaning = Enum.GetValues<SkipReason>().Where(reason => reason.Slug() == skipped.Reason).Select(reason => reason.Meaning()).FirstOrDefault("");
        return new ExplainedSkip(_links.Find(skipped.Event), skipped.Attribute, skipped.Type, skipped.Reason, meaning);
    }

    private Explanation WithLogs(Explanation explanation)
    {
        var search = new RequestLogSearch(logFolder);
        if (!explanation.IsSeen)
        {
            if (!Guid.TryParse(explanation.Asked, out var uuid)) return explanation;
            var logs = search.Find([[uuid.ToString("D")]])[0];
            return explanation with { Logs = logs, AreLogsTruncated = search.IsPartial };
        }

        var files = search.Find([.. explanation.Indicators.Select(Texts)]);
        return explanation with
        {
            Indicators = [.. explanation.Indicators.Zip(files, (indicator, logs) => indicator with { Logs = logs })],
            AreLogsTruncated = search.IsPartial,
        };
    }

    private static IReadOnlyList<string> Texts(ExplainedIndicator indicator)
    {
        if (indicator.Key?.ToString("D") is not { } key) return [];
        return indicator.Standing.Held?.Indicator.Id is { Length: > 8 } id && id != key ? [key, id] : [key];
    }

    private Explanation WithProspects(Explanation explanation)
    {
        var facts = new EventFacts(new EventContext { Uuid = Guid.Empty, Info = "" }, source: "", isAged: false);
        var live = destinations.Where(destination => destination.Eligibility is not null).ToList();
        var prospects = TypeGuesses.Likely(explanation.Asked).Select(candidate => new Forecast(
            candidate.Type,
            candidate.Sources[0] is { Combined: { IsEmpty: false } together } ? together : [candidate.Sources[0].Single!],
            [.. live.Select(one => (one.Info.Name, Verdict.Of([.. candidate.Sources.Select(support => new IndicatorSourceRow(support, facts))], one.Eligibility) is { IsTaken: false } verdict ? verdict.Refusal : null))]));
        return explanation with { Forecasts = [.. prospects], Defanged = DefangedAs(explanation.Asked) };
    }

    private static SkipReason? DefangedAs(string asked)
    {
        var plain = ValueVariants.Refang(asked);
        if (plain == asked) return null;
        var type = plain.Contains("://", StringComparison.Ordinal) ? "url" : plain.Contains('@') ? "email-src" : "domain";
        return TypeGuesses.As(asked, type).Reason;
    }

    /// <summary>What a destination makes of an indicator's supports.</summary>
    private sealed record Verdict(int Supports, bool IsActive, bool IsAged, SkipReason? Refusal, IndicatorSourceRow? Lead)
    {
        public bool IsTaken => IsActive || IsAged;

        public static Verdict Of(IReadOnlyList<IndicatorSourceRow> supports, Eligibility? takes)
        {
            var (isActive, isAged) = (false, false);
            SkipReason? refusal = null;
            IndicatorSourceRow? lead = null;
            foreach (var support in supports)
            {
                if (takes?.SkipReasonFor(support) is { } reason)
                {
                    refusal = refusal is null || reason < refusal ? reason : refusal;
                    continue;
                }

                lead ??= support;
                if (support.Event.IsAged) isAged = true;
                else isActive = true;
            }

            return new Verdict(supports.Count, isActive, isAged, refusal, lead);
        }
    }
}
