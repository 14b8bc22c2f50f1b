using System.Buffers;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Decides what the context objects of one destination need. The ends of relationships come first, since an id of theirs is part of the
/// relationship's own. An object that nothing supports any more is revoked when its grace is over.
/// </summary>
public sealed class ContextPlanner(
    IDestination destination, IContextDestination context, ContextFacts facts, Func<Guid, RemoteIndicator?> findListed)
{
    /// <summary>Context objects have no expiry: in place of one. Of an object in its grace, the renewal is the end of that.</summary>
    public static readonly DateTimeOffset Never = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<ContextType, List<PlanStep>> _steps = [];
    private readonly HashSet<Hash128> _wanted = [];
    private readonly Dictionary<Hash128, ContextEnds> _ends = [];
    private readonly List<PlanStep> _deletions = [];
    private long _left = facts.MostObjects;

    /// <summary>Held with unknown content, and listed as it is wanted.</summary>
    public List<HeldIndicator> Adopted { get; } = [];

    /// <summary>Objects whose grace begins or ends early, with its end.</summary>
    public List<(Hash128 Observables, DateTimeOffset RenewAt)> Reschedules { get; } = [];

    /// <summary>Rejected earlier, and no longer wanted.</summary>
    public List<Hash128> ObsoleteRejections { get; } = [];

    /// <summary>Identities that are created: indicators that are there do not name them yet.</summary>
    public List<(Guid Organisation, string Id)> NewIdentities { get; } = [];

    /// <summary>Objects that wait for the next run.</summary>
    public long Waiting { get; private set; }

    /// <summary>The ends of a planned relationship; null for anything else.</summary>
    public ContextEnds? EndsOf(PlanStep step) => _ends.GetValueOrDefault(step.Observables);

    public PlanCounts Counts => new(Count(StepAction.Create), Count(StepAction.Update), 0, _deletions.Count);

    /// <summary>
    /// The steps in their order: creations and updates, the ends of relationships first, then deletions, relationships first. Each group
    /// has objects of one type, and is sent when the one before is answered.
    /// </summary>
    public IEnumerable<IReadOnlyList<PlanStep>> Groups =>
    [
        .. _steps.OrderBy(one => one.Key).Select(one => one.Value),
        .. InOrder(_deletions),
    ];

    /// <summary>Deletions by type, relationships first: they lead nowhere without their ends.</summary>
    public static IEnumerable<IReadOnlyList<PlanStep>> InOrder(IEnumerable<PlanStep> deletions) => deletions
        .GroupBy(step => ContextObject.TypeOf(step.Label?.Type)).OrderByDescending(one => one.Key).Select(one => one.ToList());

    /// <summary>What differs besides the dates, which move by themselves.</summary>
    public static IReadOnlyList<Difference> Compare(ReadOnlyMemory<byte> sent, ReadOnlyMemory<byte> returned) =>
        [.. ItemComparison.Compare(sent, returned).Where(one => one.Property is not ("created" or "modified"))];

    public void Plan(ContextCollector wanted, IEnumerable<Indication> indications)
    {
        var ends = new Dictionary<Hash128, string>();
        foreach (var item in wanted.Objects.OrderBy(item => item.Type).ThenBy(item => item.Key, StringComparer.Ordinal))
        {
            var creator = wanted.CreatorOf(item) is { } identity ? ends.GetValueOrDefault(identity) : null;
            if (Decide(item with { CreatedBy = creator }) is { } key) ends[item.Observables] = context.IdOf(item.Type, key);
        }

        var uses =
            from one in wanted.Relations
            where ends.ContainsKey(one.Actor.Observables) && ends.ContainsKey(one.Technique.Observables)
            select ContextObject.Relation(
                "uses", (ends[one.Actor.Observables], one.Actor.Name), (ends[one.Technique.Observables], one.Technique.Name), one.Tlp);
        DecideMost(uses, context.Policy.MostRelations);
        DecideMost(
            indications.Where(one => ends.ContainsKey(one.Target.Observables)).Select(one => Relate(one, ends[one.Target.Observables])),
            context.Policy.MostIndications);
        foreach (var held in facts.Held.Values.Where(held => !_wanted.Contains(held.Observables))) DecideUnwanted(held);
        // Where only some objects are planned, the others have their ends all the same, and their rejections stay.
        if (facts is { MayExclude: true, RetriesOnly: false }) DeleteLoose();
        if (facts.MayExclude)
            ObsoleteRejections.AddRange(facts.Rejected.Keys.Where(key => !_wanted.Contains(key) && !facts.Held.ContainsKey(key)));
    }

    private ContextObject Relate(Indication one, string target)
    {
        var item = ContextObject.Relation(
            "indicates", (context.IndicatorIdOf(one.Indicator), one.Value), (target, one.Target.Name), one.Tlp);
        return item with { Ends = item.Ends! with { Indicator = one.Indicator } };
    }

    // What is there stays within the limit, so that it does not change places with new ones.
    private void DecideMost(IEnumerable<ContextObject> relations, int most)
    {
        var (kept, added) = (new List<ContextObject>(), new List<ContextObject>());
        foreach (var one in relations)
        {
            var list = facts.Held.ContainsKey(one.Observables) ? kept : added;
            if (list.Count < most) list.Add(one);
        }

        foreach (var one in kept.Concat(added).Take(most)) Decide(one);
    }

    // The answer is the key that it has, or gets; null when it is not there after this run.
    private Guid? Decide(ContextObject item)
    {
        var observables = item.Observables;
        _wanted.Add(observables);
        if (item.Ends is { } both) _ends[observables] = both;
        var generation = facts.Generations.GetValueOrDefault(observables);
        if (!facts.Held.TryGetValue(observables, out var held))
        {
            var created = Create(item, generation);
            if (item.Type == ContextType.Identity && created is { } key)
                NewIdentities.Add((Guid.Parse(item.Key), context.IdOf(item.Type, key)));
            return created;
        }

        if (held.Generation < generation)
        {
            // Its revocation may have succeeded without a response. The next run creates the next generation.
            Delete(held, StepReasons.Withdrawn);
            Waiting++;
            return null;
        }

        var step = Build(item, StepAction.Update, held, held.Key, held.Generation);
        var isSame = held.Hashes.Content == step.Hashes.Content;
        if (!isSame && !held.Hashes.IsContentKnown && IsListedAs(step))
        {
            Adopted.Add(held with { Hashes = step.Hashes, RenewAt = Never, Body = step.Body });
            return held.Key;
        }

        if (held.RenewAt != Never) Reschedules.Add((observables, Never));
        if (!isSame) Add(item.Type, step);
        return held.Key;
    }

    private Guid? Create(ContextObject item, int generation)
    {
        var key = StableId.ForIndicator(facts.Instance, context.Info.Kind, context.Info.Scope, item.Canonical, generation);
        return Add(item.Type, Build(item, StepAction.Create, null, key, generation)) ? key : null;
    }

    private bool Add(ContextType type, PlanStep step)
    {
        if (facts.Rejected.TryGetValue(step.Observables, out var rejected))
        {
            if (!facts.RetriesOnly && rejected.ContentHash == step.Hashes.Content && !rejected.IsRetried) return false;
            step = step with { WasRejected = true };
        }
        else if (facts.RetriesOnly)
        {
            return false;
        }

        if (_left-- <= 0)
        {
            Waiting++;
            return false;
        }

        if (!_steps.TryGetValue(type, out var steps)) _steps[type] = steps = [];
        steps.Add(step);
        return true;
    }

    private PlanStep Build(ContextObject item, StepAction action, HeldIndicator? held, Guid key, int generation)
    {
        var modified = Lifecycle.Modified(facts.Now, held?.Modified);
        var identity = new ItemIdentity(key, context.IdOf(item.Type, key), held?.Created ?? modified, modified, Never);
        var body = new ArrayBufferWriter<byte>(512);
        var hashes = context.WriteItem(body, item, identity);
        return new PlanStep
        {
            Action = action,
            Reason = action == StepAction.Create ? StepReasons.New : StepReasons.Changed,
            Observables = item.Observables,
            Key = key,
            Generation = generation,
            Id = identity.Id,
            Body = body.WrittenMemory,
            ForDeletion = body.WrittenMemory,
            Hashes = hashes,
            Created = identity.Created,
            Modified = modified,
            Expires = Never,
            RenewAt = Never,
            IdsNotReusable = destination.Capabilities.IdsNotReusable,
            Value = item.Label.ToString(),
            Label = item.Label,
        };
    }

    private void DecideUnwanted(HeldIndicator held)
    {
        if (facts.RetriesOnly) return;
        if (!IsChosen(held))
        {
            if (facts.MayExclude) Delete(held, StepReasons.Excluded);
        }
        else if (!facts.MayDelete)
        {
            return;
        }
        else if (held.RenewAt <= facts.Now || facts.HasNoGrace)
        {
            Delete(held, StepReasons.Withdrawn);
        }
        else if (held.RenewAt >= Never)
        {
            Reschedules.Add((held.Observables, facts.Now + context.Policy.Grace));
        }
    }

    private void Delete(HeldIndicator held, string reason) =>
        _deletions.Add(Planner.BuildDeletion(destination, held, new StepDecision(StepAction.Delete, reason), facts.Now));

    // By the settings.
    private bool IsChosen(HeldIndicator held) =>
        ContextObject.TypeOf(held.Label?.Type) is not { } type
        || (EndsOf(held) is { } ends ? context.Policy.Takes(ends) : context.Policy.Takes(type));

    // Without one of its ends a relationship leads nowhere: it has no grace.
    private void DeleteLoose()
    {
        var deleted = _deletions.Select(step => step.Observables).ToHashSet();
        var kept = facts.Held.Values.Where(held => !deleted.Contains(held.Observables)).ToList();
        var there = kept.Select(IdOf).Concat(_steps.Values.SelectMany(steps => steps.Select(step => step.Id)))
            .ToHashSet(StringComparer.Ordinal);
        var unwanted = kept.Where(held => !_wanted.Contains(held.Observables)).Select(held => (Held: held, Ends: EndsOf(held))).ToList();
        var live = facts.MayDelete ? facts.FindLive(unwanted.Select(one => one.Ends?.Indicator).OfType<Guid>().ToHashSet()) : null;
        foreach (var (held, ends) in unwanted)
        {
            if (ends is null) continue;
            var isLoose = !there.Contains(ends.Target)
                || (ends.Indicator is { } indicator ? live?.Contains(indicator) == false : !there.Contains(ends.Source));
            if (isLoose) Delete(held, StepReasons.Withdrawn);
        }
    }

    private string? IdOf(HeldIndicator held) =>
        ContextObject.TypeOf(held.Label?.Type) is { } type ? context.IdOf(type, held.Key) : held.Id;

    private ContextEnds? EndsOf(HeldIndicator held) => held.Body is { Length: > 0 } body ? context.EndsOf(body) : null;

    private bool IsListedAs(PlanStep step) => findListed(step.Key) is { } there && Compare(step.Body, there.Raw).Count == 0;

    private long Count(StepAction action) => _steps.Values.Sum(steps => steps.LongCount(step => step.Action == action));
}

/// <summary>What decides about the context objects of one destination.</summary>
public sealed record ContextFacts
{
    public required DateTimeOffset Now { get; init; }

    public required string Instance { get; init; }

    public required IReadOnlyDictionary<Hash128, HeldIndicator> Held { get; init; }

    public required IReadOnlyDictionary<Hash128, int> Generations { get; init; }

    public required IReadOnlyDictionary<Hash128, RejectedIndicator> Rejected { get; init; }

    /// <summary>How many objects the run may still create or change.</summary>
    public required long MostObjects { get; init; }

    /// <summary>Of these keys of indicators, those that are there.</summary>
    public required Func<IReadOnlySet<Guid>, IReadOnlySet<Guid>> FindLive { get; init; }

    /// <summary>The read shows what is gone, and no guard withholds the deletions of the indicators.</summary>
    public bool MayDelete { get; init; }

    /// <summary>What the settings no longer choose may be revoked, and what was rejected of it forgotten.</summary>
    public bool MayExclude { get; init; }

    /// <summary>Nothing remembers when a grace began.</summary>
    public bool HasNoGrace { get; init; }

    /// <summary>Only what was rejected is sent again.</summary>
    public bool RetriesOnly { get; init; }
}
