using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// The context objects of one destination, after its indicators: they never take quota or time from those. Their record in the ledger, and
/// so their requests and what is held, is one of its own.
/// </summary>
internal sealed class ContextRun
{
    private readonly DestinationExecution _execution;
    private readonly IContextDestination _context;
    private readonly ContextOptions _options;
    private readonly string _fingerprint;
    private ContextList? _list;
    private readonly Dictionary<Guid, string?> _creators = [];
    private HashSet<string>? _there;
    private RequestCounts _requests;
    private bool _hasLooked;

    private ContextRun(DestinationExecution execution, IContextDestination context, ContextOptions options, string fingerprint) =>
        (_execution, _context, _options, _fingerprint) = (execution, context, options, fingerprint);

    public DestinationState State => _execution.State;

    private IDestinationLedger Ledger => _execution.Ledger;

    /// <summary>It was to be listed, and that failed.</summary>
    public bool LacksList { get; private set; }

    private ContextPolicy Policy => _context.Policy;

    /// <summary>Null where the destination has no context objects, and never had any.</summary>
    /// <param name="always">Even where the settings ask for none and the ledger knows of none: a list may show some.</param>
    public static ContextRun? Open(DestinationExecution indicators, ContextOptions options, bool always = false)
    {
        if (indicators.Destination.Context is not { } context) return null;
        if (!context.Policy.IsOn && !always && !indicators.Ledger.Knows(context.Info)) return null;
        var policy = context.Policy;
        var fingerprint = $"{policy with { Clusters = [] }} {string.Join('\n', policy.Clusters.Order(StringComparer.OrdinalIgnoreCase))}";
        var state = indicators.Ledger.OpenDestination(context.Info, IndicatorShape.Context, fingerprint);
        return new ContextRun(
            new DestinationExecution(
                indicators.Destination, indicators.Ledger, state, indicators.Control, indicators.Observer, indicators.Now),
            context, options, fingerprint);
    }

    /// <summary>Lists the objects where the ledger is new or outdated, and when that is due.</summary>
    public Task PrepareAsync(bool isListDue) => _execution.TryAsync(async () =>
    {
        if (State is { IsNew: false, IsOutdated: false } && !isListDue) return;
        if (!_options.IsDryRun) await _execution.ReconcileEarlierAsync().ConfigureAwait(false);
        var isListed = await TryListAsync().ConfigureAwait(false);
        LacksList = !isListed;
        if (State.IsNew || State.IsOutdated) Ledger.CompleteRebuild(State, isListed);
        if (isListed) _list!.Correct(State.IsOutdated || _options.ComparesContent);
        _execution.State = State with { Held = Ledger.CountHeld(State) };
    });

    /// <summary>
    /// Sends the identities that indicators are going to name, before these are planned: an indicator names none that is not there.
    /// </summary>
    public Task SendCreatorsAsync(DestinationState indicators, Eligibility eligibility) => _execution.TryAsync(async () =>
    {
        if (!Policy.NamesCreators) return;
        Refresh();
        if (!State.PlansEverything && !Ledger.IsContextDue(State, _execution.Now)) return;
        var plan = MakePlan(
            indicators, eligibility, mayDelete: false, retriesOnly: false, Policy with { Actors = false, Techniques = false },
            SupportedBy.Taken);
        // A plan shows them with the other objects.
        if (!_options.IsDryRun) await SendAsync(plan.Groups, plan.Counts, plan).ConfigureAwait(false);
        else foreach (var (organisation, id) in plan.NewIdentities) _creators[organisation] = id;
    });

    /// <summary>The id of the identity of the event's organisation; null where it is not there, or shall not be named.</summary>
    public string? CreatorOf(MispEvent context)
    {
        if (!Policy.NamesCreators || context.OrganisationUuid is not { } uuid) return null;
        if (_creators.TryGetValue(uuid, out var known)) return known;
        var canonical = ContextObject.CanonicalOf(ContextType.Identity, $"{uuid:D}");
        return _creators[uuid] = Ledger.FindHeld(State, Hash128.Of(canonical))?.Id;
    }

    /// <summary>To be called when the keys of the indicators' plan are collected.</summary>
    public void MarkChanged(DestinationState indicators)
    {
        Refresh();
        Ledger.MarkContextChanged(State, indicators);
    }

    /// <summary>Plans and sends, when the indicators' requests have ended.</summary>
    public Task ApplyAsync(DestinationState indicators, Eligibility eligibility, bool mayDelete, bool retriesOnly = false) =>
        _execution.TryAsync(async () =>
        {
            _hasLooked = true;
            if (!_options.IsDryRun) await _execution.ReconcileEarlierAsync().ConfigureAwait(false);
            if (_list is null && !retriesOnly && !State.PlansEverything && !Ledger.IsContextDue(State, _execution.Now)) return;
            var plan = MakePlan(indicators, eligibility, mayDelete, retriesOnly);
            await SendAsync(plan.Groups, plan.Counts, plan).ConfigureAwait(false);
            Postpone(plan);
            // What is accepted at last has relationships that were not planned.
            if (retriesOnly && plan.Counts.Total > 0) Ledger.PlanEverythingNext(State);
            if (plan.Waiting == 0 && _execution.IsAllDone && mayDelete)
            {
                Ledger.ClearContextChanged(State);
                Ledger.CompleteDestination(State);
            }
        });

    /// <summary>Revokes everything: it would stay for ever.</summary>
    public Task RevokeAllAsync() => _execution.TryAsync(async () =>
    {
        _hasLooked = true;
        // The next push needs the identities before it marks what changed.
        Ledger.PlanEverythingNext(State);
        if (!_options.IsDryRun) await _execution.ReconcileEarlierAsync().ConfigureAwait(false);
        var decision = new StepDecision(StepAction.Delete, StepReasons.Purged);
        var steps = ContextPlanner.InOrder(Ledger.ReadHeld(State).Select(
            held => Planner.BuildDeletion(_execution.Destination, held, decision, _execution.Now))).ToList();
        await SendAsync(steps, PlanCounts.None with { Delete = steps.Sum(one => one.Count) }).ConfigureAwait(false);
    });

    /// <summary>Compares what is held with what is listed. Null: there is nothing to compare, or no list.</summary>
    public async Task<VerifiedDestination?> VerifyAsync(
        DestinationState indicators, Eligibility eligibility, Action<VerifiedDestination, IEnumerable<Finding>> show)
    {
        var (held, same, isListed) = (State.Held, 0L, false);
        await _execution.TryAsync(async () =>
        {
            if (!_options.IsDryRun)
            {
                // Repaired indicators may have new ids.
                MarkChanged(indicators);
                await _execution.ReconcileEarlierAsync().ConfigureAwait(false);
            }

            isListed = await TryListAsync().ConfigureAwait(false);
            if (isListed) same = _list!.Compare();
        }).ConfigureAwait(false);
        if (!isListed && _execution.MayContinue) return null;
        var found = isListed ? Ledger.CountFindings(State) : new Dictionary<FindingKind, long>();
        RepairReport? repair = null;
        if (isListed && !_options.IsDryRun)
        {
            await _execution.TryAsync(() => RepairAsync(indicators, eligibility)).ConfigureAwait(false);
            repair = new RepairReport(_execution.Planned, _execution.Tally, Suppressed: 0, Ledger.CountHeld(State));
        }

        var result = new VerifiedDestination
        {
            Name = State.Info.Name,
            Kind = State.Info.Kind,
            Held = held,
            There = isListed ? Ledger.CountLiveRemote(State, _execution.Now) : null,
            AsSent = same,
            Found = found,
            Repair = repair,
            Failure = _execution.Failure,
            Requests = _execution.Destination.Requests,
        };
        var isIncomplete = repair is null ? result.Faults > 0 : repair.Tally.Accepted < repair.Tally.Total;
        result = result with
        {
            Outcome = _execution.Outcome == RunOutcome.Done && isIncomplete ? RunOutcome.Incomplete : _execution.Outcome,
        };
        show(result, isListed ? Ledger.ReadFindings(State) : []);
        return result;
    }

    /// <summary>Null: it did nothing, and holds nothing.</summary>
    public DestinationReport? Report()
    {
        var report = _execution.Report() with
        {
            IsContext = true,
            Requests = _requests,
            Unchanged = Math.Max(0, State.Held - _execution.Planned.OnHeld),
            Suppressed = Ledger.CountSuppressed(State),
        };
        var hasWorked = (_hasLooked && Policy.IsOn) || report.Planned.Total > 0 || report.Outcome != RunOutcome.Done;
        if (!hasWorked && report.Held == 0) return null;
        // The indicators are there: what is missing can wait for the next run.
        return report.Outcome != RunOutcome.Unreachable
            ? report
            : report with { Outcome = RunOutcome.Incomplete, Status = RunReport.StatusOf(RunOutcome.Incomplete) };
    }

    private async Task RepairAsync(DestinationState indicators, Eligibility eligibility)
    {
        Ledger.RecordCorrections(State, [.. Ledger.ReadFindings(State).Where(one => one.Repair != RepairKind.None).Select(one =>
            new Correction(
                one.Observables!.Value,
                one.Repair == RepairKind.CreateUnderNextKey ? CorrectionKind.KeyIsRevoked : CorrectionKind.ContentUnknown, one.Id))]);
        _list = null;
        var plan = MakePlan(indicators, eligibility, mayDelete: false, retriesOnly: false);
        await SendAsync(plan.Groups, plan.Counts, plan).ConfigureAwait(false);
        Postpone(plan);
    }

    private void Postpone(ContextPlanner plan)
    {
        if (plan.Waiting == 0) return;
        _execution.Observer.Warn(
            $"'{State.Info.Name}': {plan.Waiting:N0} objects wait for the next run; a run creates and changes "
            + $"{Policy.MostObjects:N0} at most.");
        Ledger.PlanEverythingNext(State);
    }

    // Without the right to list, sending works all the same: creating is the same as updating.
    private async Task<bool> TryListAsync()
    {
        try
        {
            if (await _execution.Destination.FindListObstacleAsync(_execution.Control.Stop).ConfigureAwait(false) is not null) return false;
            var list = new ContextList(_execution, _context, _options.Instance);
            await list.ReadAsync().ConfigureAwait(false);
            _list = list;
            return true;
        }
        catch (RunFailedException failure) when (!failure.IsOfLedger)
        {
            _execution.Observer.Warn($"'{State.Info.Name}' could not be listed: {failure.Message}");
            return false;
        }
    }

    // A list or the read may have shown more than is planned key by key, or other texts of clusters.
    private void Refresh() => _execution.State = State with
    {
        PlansEverything = Ledger.OpenDestination(_context.Info, IndicatorShape.Context, _fingerprint).PlansEverything,
    };

    private ContextPlanner MakePlan(DestinationState indicators, Eligibility eligibility, bool mayDelete, bool retriesOnly) => MakePlan(
        indicators, eligibility, mayDelete, retriesOnly, Policy, _options.IsDryRun ? SupportedBy.Planned : SupportedBy.Held);

    private ContextPlanner MakePlan(
        DestinationState indicators, Eligibility eligibility, bool mayDelete, bool retriesOnly, ContextPolicy policy, SupportedBy by)
    {
        var wanted = new ContextCollector(policy, Ledger.FindCluster);
        if (policy.IsOn)
        {
            Ledger.RefreshContext(
                State, indicators, _execution.Now, by,
                rows => ContextSubjects.Of(rows, eligibility, _execution.Destination.Policy));
            wanted.Add(Ledger.ReadContext(State));
        }

        var facts = new ContextFacts
        {
            Now = _execution.Now,
            Instance = _options.Instance,
            Held = Ledger.ReadHeld(State).ToDictionary(held => held.Observables),
            Generations = Ledger.ReadGenerations(State),
            Rejected = Ledger.ReadRejected(State),
            MostObjects = Policy.MostObjects - _execution.Planned.Create - _execution.Planned.Update,
            FindLive = keys => Ledger.FindLive(indicators, keys, _execution.Now, by),
            MayDelete = mayDelete,
            MayExclude = !_options.IsPartOfSource && by != SupportedBy.Taken,
            HasNoGrace = _options.HasNoLedger,
            RetriesOnly = retriesOnly,
        };
        var plan = new ContextPlanner(_execution.Destination, _context, facts, key => _list?.Find(key));
        plan.Plan(wanted, IndicationsOf(indicators, eligibility, wanted, policy, by));
        foreach (var adopted in plan.Adopted) Ledger.RecordTakeover(State, adopted);
        foreach (var (observables, renewAt) in plan.Reschedules) Ledger.RescheduleRenewal(State, observables, renewAt);
        foreach (var observables in plan.ObsoleteRejections) Ledger.ForgetRejection(State, observables);
        // Where everything is still to be planned, they need no mark.
        if (Policy.NamesCreators && (by != SupportedBy.Taken || !indicators.PlansEverything))
        {
            foreach (var (organisation, _) in plan.NewIdentities)
                Ledger.MarkIndicatorsOf(State, indicators, ContextSupport.Of(organisation));
        }

        _execution.State = State with { Held = Ledger.CountHeld(State) };
        return plan;
    }

    private IEnumerable<Indication> IndicationsOf(
        DestinationState indicators, Eligibility eligibility, ContextCollector wanted, ContextPolicy policy, SupportedBy by) =>
        policy.Indicates
            ? new Indications(_execution.Destination, eligibility, _options.Instance, wanted, policy.MostOfIndicator)
                .Of(Ledger.ReadSupported(State, indicators, _execution.Now, by))
            : [];

    private async Task SendAsync(IEnumerable<IReadOnlyList<PlanStep>> groups, PlanCounts counts, ContextPlanner? plan = null)
    {
        _execution.Planned += counts;
        if (counts.Total == 0) return;
        var before = _execution.Destination.Requests;
        _execution.Observer.Planned(State.Info, counts);
        if (!_options.IsDryRun) await _execution.PrepareAsync().ConfigureAwait(false);
        foreach (var group in groups) await _execution.ApplyAsync(group.Where(step => MayBeSent(plan?.EndsOf(step)))).ConfigureAwait(false);
        _requests += _execution.Destination.Requests - before;
    }

    // A relationship is never sent before both of its ends are there.
    private bool MayBeSent(ContextEnds? ends)
    {
        if (_options.IsDryRun || ends is null) return true;
        _there ??= Ledger.ReadHeld(State).Select(held => held.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return (ends.Indicator is not null || _there.Contains(ends.Source)) && _there.Contains(ends.Target);
    }
}

/// <summary>What context objects need to know of a run of any verb.</summary>
internal sealed record ContextOptions(string Instance)
{
    public bool IsDryRun { get; init; }

    public bool HasNoLedger { get; init; }

    /// <summary>Only some events are read.</summary>
    public bool IsPartOfSource { get; init; }

    /// <inheritdoc cref="PlanFacts.ComparesContent"/>
    public bool ComparesContent { get; init; }
}
