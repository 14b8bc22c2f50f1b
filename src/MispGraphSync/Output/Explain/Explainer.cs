using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Http;
using MispGraphSync.Ledger;
using MispGraphSync.Policies;

namespace MispGraphSync.Output.Explain;

/// <summary>
/// Finds where a value or a UUID comes from and its state at each destination, from the ledger, the settings and the request
/// files. Changes nothing and asks nobody.
/// </summary>
internal sealed class Explainer(
    LedgerFile ledger, IReadOnlyList<ExplainedDestination> destinations, string instance, string logFolder, DateTimeOffset now)
{
    /// <summary>An event may have a hundred thousand attributes; nobody reads more than these.</summary>
    private const int MaxFound = 500;

    private const int MaxSources = 10_000;

    private readonly IndicatorSourceSearch _search = new(ledger);
    private readonly IndicatorStatuses _statuses = new(ledger);
    private readonly RunHistory _runs = new(ledger);

    public Explanation Explain(string asked)
    {
        var named = _statuses.FindKeys(asked.Trim());
        var (guesses, found, skipped) = Find(asked, named.Select(key => key.Observables));
        found = [.. found, .. CarriersOf(found)];

        // Other events that name the same indicators decide too.
        var keys = found.SelectMany(row => new[] { row.Combination, row.Single }).OfType<Hash128>().ToHashSet();
        var sources = keys.Count == 0 ? [] : _search.Find(new IndicatorSourceQuery { Keys = keys }, MaxSources);
        var explanation = WithLogs(new Explanation
        {
            Asked = asked,
            Sources = [.. found.Select(Source)],
            Skipped = [.. skipped.Select(Skip)],
            Indicators =
            [
                .. destinations.SelectMany(destination => IndicatorsAt(
                    destination, found, sources,
                    guesses.Concat(named.Where(key => key.Destination == destination.Row?.Id).Select(key => key.Observables)))),
            ],
            IsTruncated = found.Count == MaxFound || skipped.Count == MaxFound || sources.Count == MaxSources,
        });
        return explanation.IsSeen ? explanation : WithForecasts(explanation);
    }

    /// <summary>What is decided about a value or a UUID at each enabled destination, and by which rule.</summary>
    public PolicyExplanation ExplainPolicy(string asked, NeverBlock neverBlock)
    {
        var (_, found, skipped) = Find(asked, keys: []);
        var enabled = destinations.Select(at => at.Enabled).OfType<IDestination>().ToList();
        return new PolicyExplanation(
            1, asked,
            [.. found.SelectMany(row => enabled.Select(destination => PolicyAt(row.Row, destination, neverBlock)))],
            [.. skipped.Select(Skip).Select(one => new SkippedByMapping(one.Source, one.Event, one.Attribute, one.Type, one.Reason))]);
    }

    /// <param name="keys">Besides those of the indicators that the text may be.</param>
    private (HashSet<Hash128> Guesses, IReadOnlyList<FoundIndicatorSource> Found, IReadOnlyList<SkippedAttribute> Skipped) Find(
        string asked, IEnumerable<Hash128> keys)
    {
        var uuid = Guid.TryParse(asked, out var parsed) ? parsed : (Guid?)null;
        var events = uuid is { } one ? _search.FindEvents(one) : new HashSet<long>();
        var (guesses, observables) = Guess(asked);
        var query = new IndicatorSourceQuery
        {
            Keys = guesses.Union(keys).ToHashSet(),
            Observables = observables,
            Attribute = uuid,
            Events = events,
        };
        var skipped = _search.FindSkipped(uuid, events, ValueVariants.InMisp(asked).Select(Hash128.Of).ToHashSet(), MaxFound);
        return (guesses, _search.Find(query, MaxFound), skipped);
    }

    private ExplainedPolicy PolicyAt(IndicatorSourceRow row, IDestination destination, NeverBlock neverBlock)
    {
        var verdict = PolicyVerdict.Of([row], skipped: null, destination, neverBlock, now);
        return new ExplainedPolicy(
            row.Event.Source, row.Event.Context.Uuid, row.Source.Attribute, row.Source.Type, destination.Info.Name,
            [.. verdict.Values.Select(value => new PolicyDecision(value.Key, value.Value, verdict.Rules.GetValueOrDefault(value.Key)))]);
    }

    // The keys of all indicators that the text may be, and the observables that may be part of one.
    private static (HashSet<Hash128> Keys, List<Observable> Observables) Guess(string asked)
    {
        var (keys, observables) = (new HashSet<Hash128>(), new List<Observable>());
        foreach (var source in TypeGuesses.Of(asked).SelectMany(guess => guess.Sources))
        {
            if (!source.Combined.IsEmpty) keys.Add(ObservableKey.OfCombination(source.Combined));
            if (source.Combined is [var only]) observables.Add(only);
            if (source.Single is not { } single) continue;
            keys.Add(ObservableKey.OfSingle(single));
            observables.Add(single);
        }

        return (keys, observables);
    }

    // The member of an object may be part of an indicator that belongs to another member.
    private IEnumerable<FoundIndicatorSource> CarriersOf(IReadOnlyList<FoundIndicatorSource> found)
    {
        var carried = found.Where(row => row.Combination is null).ToList();
        if (carried.Count == 0) return [];
        var known = found.Select(Id).ToHashSet();
        return _search.Find(new IndicatorSourceQuery { Events = carried.Select(row => row.Event).ToHashSet() }, MaxSources)
            .Where(row => carried.Exists(one => Carries(row, one)) && !known.Contains(Id(row)));

        static (long, Guid, int) Id(FoundIndicatorSource row) => (row.Event, row.Row.Source.Attribute, row.Row.Source.Part);
    }

    private static bool Carries(FoundIndicatorSource row, FoundIndicatorSource other) =>
        row.Event == other.Event && other.Single is { } single
        && row.Row.Source.Combined.Any(observable => ObservableKey.OfSingle(observable) == single);

    private IEnumerable<ExplainedIndicator> IndicatorsAt(
        ExplainedDestination destination, IReadOnlyList<FoundIndicatorSource> found, IReadOnlyList<FoundIndicatorSource> sources,
        IEnumerable<Hash128> keys)
    {
        foreach (var key in found.Select(row => row.Key(destination.Shape)).OfType<Hash128>().Concat(keys).Distinct())
        {
            var ofKey = sources.Where(row => row.Key(destination.Shape) == key).Select(row => row.Row).ToList();
            if (Indicator(destination, key, ofKey) is { } indicator) yield return indicator;
        }

        // Attributes without an indicator of this destination's shape.
        foreach (var attribute in found.GroupBy(row => (row.Event, row.Row.Source.Attribute)))
        {
            var row = attribute.First().Row;
            if (attribute.Any(one => one.Key(destination.Shape) is not null)) continue;
            if (found.Any(other => attribute.Any(one => other != one && Carries(other, one)))) continue;
            if (destination.Eligibility?.SkipReasonFor(row) is not { } reason) continue;
            IReadOnlyList<Observable> observables = row.Source.Single is { } single ? [single] : row.Source.Combined;
            yield return new ExplainedIndicator(destination.Info, new IndicatorStatus())
            {
                Observables = Texts(observables),
                Label = IndicatorLabel.Of(observables).ToString(),
                State = IndicatorState.Skipped,
                Reason = reason,
            };
        }
    }

    private ExplainedIndicator? Indicator(ExplainedDestination destination, Hash128 key, IReadOnlyList<IndicatorSourceRow> sources)
    {
        var status = destination.Row is { } row ? _statuses.Find(row.Id, key) : new IndicatorStatus();
        var accepted = sources.Where(source => destination.Eligibility?.SkipReasonFor(source) is null).ToList();
        if (StateOf(status, sources.Count, accepted, destination.Eligibility) is not { } state) return null;
        var skipped = state == IndicatorState.Waiting && !status.IsPending ? status.Skipped : null;
        var observables = sources.Count > 0 ? destination.ObservablesOf((accepted.Count > 0 ? accepted : sources)[0].Source) : [];
        return new ExplainedIndicator(destination.Info, status)
        {
            Observables = Texts(observables),
            Label = (observables.Count > 0 ? IndicatorLabel.Of(observables) : status.Held?.Indicator.Label)?.ToString(),
            State = skipped is null ? state : IndicatorState.Skipped,
            Reason = skipped ?? destination.SkipReasonFor(sources),
            Key = status.Held?.Indicator.Key ?? status.Rejected?.Key ?? KeyOf(destination, observables, status.Generation),
            SentAt = status.Held is { Run: { } sent } ? _runs.StartOf(sent) : null,
            SinceAt = status.Held is { } first ? _runs.StartOf(first.FirstRun) : null,
        };
    }

    /// <param name="eligibility">Null where the destination is not enabled.</param>
    private IndicatorState? StateOf(
        IndicatorStatus status, int sources, IReadOnlyList<IndicatorSourceRow> accepted, Eligibility? eligibility)
    {
        var isEnabled = eligibility is not null;
        var isActive = accepted.Any(source => !(eligibility?.Judge(source).IsAged ?? source.Event.IsAged));
        if (status.Held is { } held)
        {
            if (held.Indicator.Expires <= now) return IndicatorState.Expired;
            // Nothing is planned for a destination that is not enabled.
            if (isActive || !isEnabled) return IndicatorState.Held;
            return accepted.Count > 0 ? IndicatorState.Aged : IndicatorState.Unwanted;
        }

        if (status.Rejected is { } rejected) return rejected.IsResent ? IndicatorState.Rejected : IndicatorState.Suppressed;
        if (!isEnabled || sources == 0) return null;
        if (isActive) return IndicatorState.Waiting;
        return accepted.Count > 0 ? IndicatorState.Ended : IndicatorState.Skipped;
    }

    private Guid? KeyOf(ExplainedDestination destination, IReadOnlyList<Observable> observables, int generation) =>
        observables.Count == 0 || destination.Enabled is not { } enabled
            ? null
            : StableId.ForIndicator(instance, enabled.Info.Kind, enabled.Info.Scope, enabled.Canonical(observables), generation);

    private ExplainedSource Source(FoundIndicatorSource found)
    {
        var (link, facts, source) = (_search.Link(found.Event), found.Row.Event, found.Row.Source);
        return new ExplainedSource(
            link.Source, link.Uuid, link.Link, facts.Context.Info, facts.Tagging.AllTags, facts.IsAged,
            source.Attribute, source.Type, source.Category, found.Row.Own.AllTags,
            Texts(source.Combined), source.Single is { } single ? ObservableText.Of(single) : null, source.Comment);
    }

    private ExplainedSkip Skip(SkippedAttribute skipped)
    {
        var link = _search.Link(skipped.Event);
        var reason = Enum.GetValues<SkipReason>().Where(one => one.Slug() == skipped.Reason).Cast<SkipReason?>().FirstOrDefault();
        return new ExplainedSkip(
            link.Source, link.Uuid, link.Link, skipped.Attribute, skipped.Type, skipped.Reason, reason?.Meaning() ?? "");
    }

    private static IReadOnlyList<string> Texts(IEnumerable<Observable> observables) => [.. observables.Select(ObservableText.Of)];

    private Explanation WithLogs(Explanation explanation)
    {
        var search = new RequestLogSearch(logFolder);
        if (!explanation.IsSeen)
        {
            if (!Guid.TryParse(explanation.Asked, out var uuid)) return explanation;
            var logs = search.Find([new SoughtRequests([$"{uuid:D}"], IsRejected: false)])[0];
            return explanation with { Logs = logs, AreLogsTruncated = search.IsPartial };
        }

        var files = search.Find(
            [.. explanation.Indicators.Select(one => new SoughtRequests(SearchTexts(one), one.Rejected is not null))]);
        return explanation with
        {
            Indicators = [.. explanation.Indicators.Zip(files, (indicator, logs) => indicator with { Logs = logs })],
            AreLogsTruncated = search.IsPartial,
        };
    }

    // A short id, such as a number of Defender's, would be found everywhere.
    private static IReadOnlyList<string> SearchTexts(ExplainedIndicator indicator)
    {
        if (indicator.Key?.ToString("D") is not { } key) return [];
        return indicator.Status.Held?.Indicator.Id is { Length: > 8 } id && id != key ? [key, id] : [key];
    }

    private Explanation WithForecasts(Explanation explanation)
    {
        var facts = new EventFacts(new MispEvent { Uuid = Guid.Empty, Info = "" }, source: "", isAged: false);
        var enabled = destinations.Where(destination => destination.Eligibility is not null).ToList();
        return explanation with
        {
            Forecasts = [.. TypeGuesses.Likely(explanation.Asked).Select(Forecast)],
            Defanged = DefangedAs(explanation.Asked),
        };

        Forecast Forecast(TypeGuess guess)
        {
            var sources = guess.Sources.Select(source => new IndicatorSourceRow(source, facts)).ToList();
            var first = guess.Sources[0];
            return new Forecast(
                guess.Type, Texts(first.Combined is { IsEmpty: false } combined ? combined : [first.Single!]),
                enabled.ToDictionary(one => one.Info.Name, one => one.SkipReasonFor(sources)));
        }
    }

    private static SkipReason? DefangedAs(string asked)
    {
        var plain = ValueVariants.Refang(asked);
        if (plain == asked) return null;
        var type = plain.Contains("://", StringComparison.Ordinal) ? "url" : plain.Contains('@') ? "email-src" : "domain";
        return TypeGuesses.As(asked, type).Reason;
    }
}
