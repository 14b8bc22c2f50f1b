using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>Lists one destination to its end and compares it with what the ledger holds there.</summary>
/// <param name="takeover">What is taken over from an earlier app is not compared; null: nothing is.</param>
internal sealed class DestinationCheck(
    DestinationExecution execution, Planner planner, Ownership ownership, EarlierAppTakeover? takeover)
{
    private readonly IDestination _destination = execution.Destination;
    private readonly IDestinationLedger _ledger = execution.Ledger;
    private readonly DestinationState _state = execution.State;
    private readonly DateTimeOffset _now = execution.Now;

    /// <summary>Held and there as it was sent.</summary>
    public long AsSent { get; private set; }

    /// <summary>Held but not compared: the next push changes or removes it, or its events have aged and it is left to expire.</summary>
    public long Pending { get; private set; }

    /// <summary>There, live, created by an earlier app.</summary>
    public CountedValues OfEarlierApp { get; } = new();

    /// <summary>Reads the destination to the end, one by one into the ledger.</summary>
    public async Task ListAsync()
    {
        await execution.PrepareAsync().ConfigureAwait(false);
        _ledger.BeginInventory(_state);
        await foreach (var remote in execution.ListAsync().ConfigureAwait(false))
        {
            _ledger.AddRemote(_state, ownership.Prove(remote));
            if (remote.IsOfEarlierApp && remote.IsLive(_now)) OfEarlierApp.Add(remote.Label);
        }

        _ledger.EndInventory(_state);
    }

    /// <summary>Goes through all keys, wanted or held, side by side with what is there, and adds the findings.</summary>
    public void Compare()
    {
        // Planning everything is walking every key; nothing is planned.
        var all = _state with { PlansEverything = true };
        _ledger.PreparePlan([all], _now);
        foreach (var key in _ledger.KeysToPlan(all)) Look(key, planner.Expect(key));
    }

    /// <summary>Adds what is there and belongs to nothing found so far.</summary>
    public void AddForeign() => _ledger.AddForeignFindings(_state, _now);

    private void Look(PlanKey key, ExpectedItem? expected)
    {
        var id = key.Held?.Key ?? expected?.Identity.Key ?? default;
        if (takeover?.Has(id) == true)
        {
            if (key.Held is null && expected is { IsWanted: true }) takeover.Claim(id, key.Observables);
        }
        else if (key.Held is { } held) LookForHeld(held, expected);
        else if (expected is { IsWanted: true }) LookForUntracked(key, expected);
    }

    private void LookForHeld(HeldIndicator held, ExpectedItem? expected)
    {
        var there = _ledger.FindRemote(_state, held.Key);
        var live = there.Where(remote => remote.IsLive(_now)).ToList();
        var kept = live.Find(remote => remote.Id == held.Id) ?? live.FirstOrDefault();
        if (kept is not null) AddCopies(held.Observables, held.Key, live, kept);
        if (kept is null && held.Expires <= _now) Add(Gone(FindingKind.Expired, RepairKind.None, held, expected));
        // Not wanted: a push deletes it, or it is left to expire.
        else if (expected is not { IsWanted: true }) Pending++;
        else if (kept is null) LookForGone(held, expected, isRevoked: there.Any(remote => remote.Revoked));
        // What was last sent is no longer known once something else is wanted.
        else if (held.Hashes.IsContentKnown && expected.Hashes.Content != held.Hashes.Content) Pending++;
        else CompareItem(held, expected, kept);
    }

    private void LookForGone(HeldIndicator held, ExpectedItem expected, bool isRevoked)
    {
        if (isRevoked)
        {
            var repair = _destination.Capabilities.IdsNotReusable ? RepairKind.CreateUnderNextKey : RepairKind.Create;
            Add(Gone(FindingKind.Missing, repair, held, expected) with { Differences = [new Difference("revoked", "false", "true")] });
        }
        else if (_destination.Capabilities.HasSharedNamespace && _ledger.IsHeldByOther(_state, held.Key))
        {
            var holder = new Difference("holder", "this installation", "somebody else");
            Add(Gone(FindingKind.Missing, RepairKind.LetGo, held, expected) with { Differences = [holder] });
        }
        else if (IsFresh(held))
        {
            Add(Gone(FindingKind.NotYetVisible, RepairKind.None, held, expected));
        }
        else
        {
            Add(Gone(FindingKind.Missing, RepairKind.Create, held, expected));
        }
    }

    private void LookForUntracked(PlanKey key, ExpectedItem expected)
    {
        var live = _ledger.FindRemote(_state, expected.Identity.Key).Where(remote => remote.IsLive(_now)).ToList();
        if (live.Count == 0) return;
        AddCopies(key.Observables, expected.Identity.Key, live, live[0]);
        Add(Describe(FindingKind.Untracked, RepairKind.TakeOver, key.Observables, live[0]));
    }

    private void AddCopies(Hash128 observables, Guid key, List<RemoteIndicator> live, RemoteIndicator kept)
    {
        // Where sending again updates, there is one of each, however often a list shows it. Without an id, removing one removes all.
        if (_destination.Capabilities.Upserts) return;
        foreach (var copy in live.Where(remote => remote != kept && remote.Id is not null))
        {
            Add(Describe(FindingKind.Duplicate, RepairKind.Remove, observables, copy) with { Key = key });
        }
    }

    private void CompareItem(HeldIndicator held, ExpectedItem expected, RemoteIndicator there)
    {
        var differences = ListedComparison.Compare(_destination, expected, there);
        if (held.Id is not null && there.Id is not null && held.Id != there.Id) differences.Add(new Difference("id", held.Id, there.Id));
        if (differences.Count == 0)
        {
            AsSent++;
            return;
        }

        var finding = Describe(FindingKind.Edited, RepairKind.Update, held.Observables, there) with { Differences = differences };
        if (IsFresh(held)) Add(finding with { Kind = FindingKind.NotYetVisible, Repair = RepairKind.None });
        else Add(finding with { Repair = RepairOf(expected, there, differences) });
    }

    private RepairKind RepairOf(ExpectedItem expected, RemoteIndicator there, List<Difference> differences) =>
        ListedComparison.NeedsReplacing(_destination, expected, there, differences) ? RepairKind.Replace : RepairKind.Update;

    private bool IsFresh(HeldIndicator held) =>
        _ledger.LastSentAt(_state, held.Observables) is { } sent && _now - sent < _destination.Capabilities.VisibilityLag;

    private static Finding Gone(FindingKind kind, RepairKind repair, HeldIndicator held, ExpectedItem? expected) => new()
    {
        Kind = kind,
        Repair = repair,
        Observables = held.Observables,
        Key = held.Key,
        Id = held.Id,
        Type = LabelOf(held, expected)?.Type,
        Value = LabelOf(held, expected)?.Value,
    };

    private static IndicatorLabel? LabelOf(HeldIndicator held, ExpectedItem? expected) =>
        expected is null ? held.Label : IndicatorLabel.Of(expected.Indicator.Observables);

    private static Finding Describe(FindingKind kind, RepairKind repair, Hash128 observables, RemoteIndicator there) => new()
    {
        Kind = kind,
        Repair = repair,
        Observables = observables,
        Key = there.Key,
        Id = there.Id,
        Type = there.Label.Type,
        Value = there.Label.Value,
    };

    private void Add(Finding finding) => _ledger.AddFinding(_state, finding);
}
