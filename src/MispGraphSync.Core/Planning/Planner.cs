using System.Buffers;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Decides what one destination needs, key by key: the difference between what is wanted and what is held. Deciding and
/// building are two passes over the same keys, since the limits must see the whole plan before the first body is sent.
/// </summary>
/// <param name="destination">Where to.</param>
/// <param name="eligibility">Which sources it takes.</param>
/// <param name="run">The run's fixed facts: clock, instance, source.</param>
/// <param name="findListed">What a list showed under a key that no observables hold; null for nothing.</param>
public sealed class Planner(IDestination destination, Eligibility eligibility, PlanFacts run, Func<Guid, ListedKey?> findListed)
{
    private readonly Merger _merger = new(destination.Policy, destination.Capabilities.Shape, run.CreatorOf);
    private readonly ArrayBufferWriter<byte> _scratch = new(2048);
    private readonly BodyStore _bodies = new();
    private readonly bool _ranks = CapacityPlanner.IsNeededAt(destination);

    /// <summary>The rank of the key that was decided last; unset without a capacity, or when it is not wanted.</summary>
    public Rank Rank => _ranks ? _merger.Rank : default;

    /// <summary>What the key needs. Reads the key's sources once.</summary>
    public PlanDecision Decide(PlanKey key)
    {
        var decision = Compare(key);
        if (!_ranks) return decision;
        return decision is PlanDecision.TakeOver adopt
            ? adopt with { Then = WithRank(adopt.Then, key with { Held = adopt.Found }) }
            : WithRank(decision, key);
    }

    private PlanDecision WithRank(PlanDecision decision, PlanKey key)
    {
        if (decision is not PlanDecision.Step { Decision: { Action: not StepAction.Delete } step } planned) return decision;
        Guid? created = step.Action == StepAction.Create ? key.Held?.Key ?? KeyOf(_merger.Merge(), key.Generation) : null;
        return planned with { Decision = step with { Rank = Rank, Key = created } };
    }

    private PlanDecision Compare(PlanKey key)
    {
        var all = _ranks || key.Held is not null || key.Rejected is not null || run.LooksAtDestination;
        var wanted = Gather(key, all);
        if (run.LooksAtDestination && _merger.Count > 0 && LookAtDestination(key, wanted) is { } found) return found;
        if (!wanted.IsActive) return Unwanted(key, wanted);
        if (key.Held is not { } held)
        {
            return key.Rejected is { } rejected && IsSuppressed(key, rejected)
                ? PlanDecision.Suppressed.Instance
                : new PlanDecision.Step(new StepDecision(StepAction.Create, StepReasons.New));
        }

        return Compare(key, held, wanted.IsFresh);
    }

    /// <summary>Held indicators for which an update was decided that makes them raise alerts.</summary>
    public long StartingToAlert { get; private set; }

    /// <summary>Held indicators that are kept since a source that was not read since a loss may have them.</summary>
    public long KeptForLost { get; private set; }

    /// <summary>The step ready to be sent. Reads the key's sources once.</summary>
    /// <exception cref="RunFailedException">A bug: the step breaks an invariant.</exception>
    public PlanStep Build(PlanKey key, StepDecision step)
    {
        if (step.Action == StepAction.Delete)
            return BuildDeletion(key.Held!, step) with { WasRejected = key.Rejected is not null };
        Gather(key, all: true);
        var indicator = _merger.Merge();
        // An id that is not reusable gets the next generation.
        var held = IsSpent(key) ? null : key.Held;
        var canonical = destination.Canonical(indicator.Observables);
        var generation = held?.Generation ?? key.Generation;
        var identity = Identify(indicator, held, held?.Key ?? KeyOf(canonical, generation));
        Invariants.CheckStep(destination, indicator, identity.Expires, run.Now);
        _scratch.ResetWrittenCount();
        var action = step.Replaces ? StepAction.Create : step.Action;
        var hashes = destination.WriteItem(_scratch, indicator, identity, action);
        var body = _bodies.Keep(_scratch.WrittenSpan);
        return new PlanStep
        {
            Action = step.Action,
            Reason = step.Reason,
            Observables = key.Observables,
            Key = identity.Key,
            Generation = generation,
            Id = identity.Id,
            Replaces = step.Replaces,
            Body = body,
            ForDeletion = ForDeletion(indicator, identity),
            Hashes = hashes,
            Rank = _merger.Rank,
            Created = identity.Created,
            Modified = identity.Modified,
            Expires = identity.Expires,
            RenewAt = Lifecycle.RenewalOf(identity.Expires, indicator.Lifetime, indicator.EndsAt, identity.Key),
            IdsNotReusable = destination.Capabilities.IdsNotReusable,
            WasRejected = key.Rejected is not null,
            Value = canonical,
            Label = IndicatorLabel.Of(indicator.Observables),
        };
    }

    /// <summary>The indicator as it should be at the destination; null when no source is taken. Reads the key's sources once.</summary>
    public ExpectedItem? Expect(PlanKey key)
    {
        var wanted = Gather(key, all: true);
        if (_merger.Count == 0) return null;
        var indicator = _merger.Merge();
        var canonical = destination.Canonical(indicator.Observables);
        var identity = key.Held is { } held
            ? new ItemIdentity(held.Key, held.Id, held.Created, held.Modified, held.Expires)
            : Identify(indicator, null, KeyOf(canonical, key.Generation));
        return Expect(indicator, identity, wanted.IsActive);
    }

    private ExpectedItem Expect(Indicator indicator, ItemIdentity identity, bool isWanted)
    {
        var body = new ArrayBufferWriter<byte>(768);
        var hashes = destination.WriteItem(body, indicator, identity, StepAction.Create);
        return new ExpectedItem(indicator, identity, destination.Canonical(indicator.Observables), isWanted, hashes, body.WrittenMemory);
    }

    /// <summary>A deletion, from what is held.</summary>
    public PlanStep BuildDeletion(HeldIndicator held, StepDecision step) => BuildDeletion(destination, held, step, run.Now);

    /// <inheritdoc cref="BuildDeletion(HeldIndicator, StepDecision)"/>
    public static PlanStep BuildDeletion(IDestination destination, HeldIndicator held, StepDecision step, DateTimeOffset now)
    {
        var modified = Lifecycle.Modified(now, held.Modified);
        var body = new ArrayBufferWriter<byte>(256);
        destination.WriteDeletion(body, held, modified);
        return PlanStep.On(held, StepAction.Delete, step.Reason) with
        {
            Body = body.WrittenMemory,
            Modified = modified,
            IdsNotReusable = destination.Capabilities.IdsNotReusable,
        };
    }

    private PlanDecision Unwanted(PlanKey key, Wanted wanted)
    {
        var held = key.Held;
        if (held is null) return PlanDecision.Nothing.Instance;
        if (held.Expires <= run.Now) return PlanDecision.Expired.Instance;
        if (wanted.IsAged) return EndsTooLate(held) ? Compare(key, held, isFresh: false) : Reschedule(held, held.Expires);
        // One that was not read to its end may have it again.
        if (wanted.HasUnread) return PlanDecision.Nothing.Instance;
        if (run.Gap == SourceGap.Lost)
        {
            KeptForLost++;
            return PlanDecision.Nothing.Instance;
        }

        var reason = wanted.HasSource ? StepReasons.Excluded : StepReasons.Withdrawn;
        return new PlanDecision.Step(new StepDecision(StepAction.Delete, reason));
    }

    private PlanDecision Compare(PlanKey key, HeldIndicator held, bool isFresh)
    {
        if (held.Expires <= run.Now)
        {
            // Another source wants it: when that is read, it is sent again.
            if (!isFresh) return PlanDecision.Nothing.Instance;
            if (key.Rejected is { } earlier && IsSuppressed(earlier, HashesOf(key, held))) return PlanDecision.Suppressed.Instance;
            var action = destination.Capabilities.IdsNotReusable && !IsSpent(key) ? StepAction.Update : StepAction.Create;
            return new PlanDecision.Step(new StepDecision(action, StepReasons.Expired));
        }

        var hashes = HashesOf(key, held);
        var isChanged = hashes.Content != held.Hashes.Content || EndsTooLate(held);
        // An aged indicator that is wanted again is renewed again; one whose end has moved lives longer.
        var renewAt = Lifecycle.RenewalOf(held.Expires, _merger.Lifetime, _merger.EndsAt, held.Key);
        if (held.RenewAt < renewAt) renewAt = held.RenewAt;
        else if (held.RenewAt == held.Expires && renewAt < held.Expires && _merger.EndsAt is not null) renewAt = run.Now;
        if (!isChanged && !isFresh) return PlanDecision.Nothing.Instance;
        // Other events may be sources as well, with a stricter TLP: the next complete run knows them.
        if (run.Gap != SourceGap.None && !held.Hashes.IsContentKnown) return PlanDecision.Nothing.Instance;
        if (!isChanged && renewAt > run.Now) return Reschedule(held, renewAt);
        if (key.Rejected is { } rejected && IsSuppressed(rejected, hashes)) return PlanDecision.Suppressed.Instance;
        if (!isChanged) return new PlanDecision.Step(new StepDecision(StepAction.Renew, StepReasons.Expiring));
        // An immutable part that is not known is not the wanted one: an update might leave the old one there for ever.
        var replaces = IsSpent(key) || (hashes.Immutable != default && hashes.Immutable != held.Hashes.Immutable);
        if (!replaces && StartsToAlert(held)) StartingToAlert++;
        return new PlanDecision.Step(new StepDecision(StepAction.Update, StepReasons.Changed, replaces));
    }

    // Sent with a longer life than it would get now: settings or tags shorten it, or a clock was ahead.
    private bool EndsTooLate(HeldIndicator held) => held.Expires > Lifecycle.ExpiryOf(run.Now, _merger.Lifetime, _merger.EndsAt);

    private bool StartsToAlert(HeldIndicator held)
    {
        var indicator = _merger.Merge();
        return destination.StartsToAlert(indicator, Identify(indicator, held, held.Key), held.Hashes);
    }

    private static PlanDecision Reschedule(HeldIndicator held, DateTimeOffset renewAt) =>
        held.RenewAt == renewAt ? PlanDecision.Nothing.Instance : new PlanDecision.Reschedule(renewAt);

    private bool IsSuppressed(PlanKey key, RejectedIndicator rejected) =>
        !rejected.IsRetried && IsSuppressed(rejected, HashesOf(key, null));

    // A rejected deletion does not mean that the content is rejected.
    private static bool IsSuppressed(RejectedIndicator rejected, ItemHashes hashes) =>
        rejected.ContentHash == hashes.Content && !rejected.IsRetried;

    // Held, but a deletion of it may have succeeded without a response, and its id is not reusable then.
    private static bool IsSpent(PlanKey key) => key.Held is { } held && held.Generation < key.Generation;

    private ItemHashes HashesOf(PlanKey key, HeldIndicator? held)
    {
        var indicator = _merger.Merge();
        var identity = Identify(indicator, held, held?.Key ?? KeyOf(destination.Canonical(indicator.Observables), key.Generation));
        _scratch.ResetWrittenCount();
        return destination.WriteItem(_scratch, indicator, identity, held is null ? StepAction.Create : StepAction.Update);
    }

    private ItemIdentity Identify(Indicator indicator, HeldIndicator? held, Guid key)
    {
        var expires = Lifecycle.ExpiryOf(run.Now, indicator.Lifetime, indicator.EndsAt);
        if (held is not null) return new ItemIdentity(key, held.Id, held.Created, Lifecycle.Modified(run.Now, held.Modified), expires);
        var modified = Lifecycle.Modified(indicator.LastReported < run.Now ? indicator.LastReported : run.Now, null);
        var created = indicator.ValidFrom < modified ? indicator.ValidFrom : modified;
        // Where the id stays after an expiry, an earlier time than that of its last send would be ignored.
        return new ItemIdentity(key, null, created, destination.Capabilities.IdsNotReusable ? run.Now : modified, expires);
    }

    // What the list shows under this key, generation by generation: a live indicator is taken over, revoked ones are skipped,
    // and without either the key is new. Null: nothing to take over.
    private PlanDecision? LookAtDestination(PlanKey key, Wanted wanted)
    {
        if (key.Held is { } held && held.Expires > run.Now)
        {
            if (IsSpent(key) || (held.Hashes.IsContentKnown && !run.ComparesContent)) return null;
            if (findListed(held.Key)?.Live is not { } there) return null;
            // It may be there as it is wanted, or as it was sent.
            var listed = AsListed(held, there);
            return held.Hashes.IsContentKnown && held.Hashes == listed.Hashes ? null : TakeOver(key, wanted, listed);
        }

        var canonical = destination.Canonical(_merger.Merge().Observables);
        var next = key.Generation;
        // Revoked ones between live ones may be missing from the list.
        for (var generation = key.Generation; generation <= Math.Max(next, run.LastGeneration); generation++)
        {
            var id = KeyOf(canonical, generation);
            if (findListed(id) is not { } found) continue;
            if (found.Live is { } live) return TakeOver(key, wanted, AsListed(Found(key, id, generation), live));
            if (found.Unclaimed is { } unclaimed) return TakeOver(key, wanted, unclaimed with { Observables = key.Observables });
            next = generation + 1;
        }

        return next == key.Generation || !wanted.IsActive
            ? null
            : new PlanDecision.Step(new StepDecision(StepAction.Create, StepReasons.New), next);
    }

    private PlanDecision.TakeOver TakeOver(PlanKey key, Wanted wanted, HeldIndicator found)
    {
        key = key with { Held = found };
        var then = wanted.IsActive ? Compare(key, found, wanted.IsFresh) : Unwanted(key, wanted);
        if (then is PlanDecision.Step { Decision: { Action: StepAction.Update, Reason: StepReasons.Changed } update } step)
            then = step with { Decision = update with { Reason = StepReasons.Adopted } };
        return new PlanDecision.TakeOver(found, then);
    }

    // The dates of its first send are those that it would get now: they come from MISP.
    private HeldIndicator Found(PlanKey key, Guid id, int generation)
    {
        var indicator = _merger.Merge();
        var identity = Identify(indicator, null, id);
        return new HeldIndicator
        {
            Label = IndicatorLabel.Of(indicator.Observables),
            Observables = key.Observables,
            Key = id,
            Generation = generation,
            Hashes = new ItemHashes(Hash128.Unknown, Hash128.Unknown),
            Created = identity.Created,
            Modified = identity.Modified,
            Expires = identity.Expires,
            RenewAt = identity.Expires,
        };
    }

    private HeldIndicator AsListed(HeldIndicator held, RemoteIndicator there)
    {
        var indicator = _merger.Merge();
        var expires = there.EndsAt(run.Now);
        // Another machine may have sent it, by a clock that was ahead.
        var modified = there.Modified > held.Modified ? there.Modified.Value : held.Modified;
        var identity = new ItemIdentity(held.Key, there.Id ?? held.Id, held.Created, modified, expires);
        var expected = Expect(indicator, identity, isWanted: true);
        var differences = ListedComparison.Compare(destination, expected, there);
        var hashes = expected.Hashes;
        if (differences.Count > 0)
        {
            var replaces = ListedComparison.NeedsReplacing(destination, expected, there, differences);
            hashes = new ItemHashes(Hash128.Unknown, replaces ? Hash128.Unknown : hashes.Immutable);
        }

        return held with
        {
            Id = identity.Id,
            ListedSince = held.ListedSince ?? there.Created,
            Hashes = hashes,
            Modified = modified,
            Expires = expires,
            RenewAt = Lifecycle.RenewalOf(expires, _merger.Lifetime, _merger.EndsAt, held.Key),
            Body = ForDeletion(indicator, identity),
        };
    }

    private ReadOnlyMemory<byte> ForDeletion(Indicator indicator, ItemIdentity identity)
    {
        _scratch.ResetWrittenCount();
        destination.WriteForDeletion(_scratch, indicator, identity);
        return _bodies.Keep(_scratch.WrittenSpan);
    }

    private Guid KeyOf(Indicator indicator, int generation) => KeyOf(destination.Canonical(indicator.Observables), generation);

    private Guid KeyOf(string canonical, int generation) =>
        StableId.ForIndicator(run.Instance, destination.Info.Kind, destination.Info.Scope, canonical, generation);

    // With all false, the first active source ends the loop: the caller only asks whether there is one.
    private Wanted Gather(PlanKey key, bool all)
    {
        _merger.Clear();
        var wanted = default(Wanted);
        foreach (var row in key.Sources)
        {
            wanted.HasSource = true;
            wanted.HasUnread |= run.Unread.Count > 0 && run.Unread.Contains(row.Event.Source);
            var verdict = eligibility.Judge(row);
            if (verdict.Reason is not null) continue;
            if (verdict.IsAged) wanted.IsAged = true;
            else wanted.IsActive = true;
            wanted.IsFresh |= !verdict.IsAged && (run.Sources is null || run.Sources.Contains(row.Event.Source));
            if (all) _merger.Add(row, verdict.Effect);
            else if (wanted.IsActive) break;
        }

        return wanted;
    }
}
