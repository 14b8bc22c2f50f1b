using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Maintenance;

/// <summary>Lists one destination to its end and compares it with what the ledger holds there.</summary>
public sealed class DestinationCheck(
    IDestination destination, DestinationState memory, IDestinationLedger ledger, Planner planner, DateTimeOffset now, IRunObserver observer)
{
    /// <summary>Held and there as it was sent.</summary>
    public long AsSent { get; private set; }

    /// <summary>Held but not compared: the next push changes or removes it, or its events have aged and it is left to run out.</summary>
    public long Pending { get; private set; }

    /// <summary>Reads the destination to the end, one by one into the ledger.</summary>
    public async Task ListAsync(CancellationToken ct)
    {
        await destination.PrepareAsync(ct).ConfigureAwait(false);
        ledger.BeginInventory(memory);
        var count = 0L;
        await foreach (var remote in destination.ReadAsync(ct).WithCancellation(ct).ConfigureAwait(false))
        {
            ledger.AddRemote(memory, remote);
            observer.Listed(destination.Info, ++count);
        }

        ledger.EndInventory(memory);
    }

    /// <summary>Goes through all keys, wanted or held, side by side with what is there, and adds the findings.</summary>
    public void Compare()
    {
        // Planning everything is walking every key; nothing is planned.
        var all = memory with { PlansEverything = true };
        ledger.PreparePlan([all], now);
        foreach (var key in ledger.KeysToPlan(all)) Look(key, planner.Expect(key));
    }

    /// <summary>Adds what is there and belongs to nothing found so far.</summary>
    public void NoteForeign() => ledger.AddForeignFindings(memory, now);

    private void Look(PlanKey key, ExpectedItem? expected)
    {
        if (key.Held is { } held) LookForHeld(held, expected);
        else if (expected is { IsWanted: true }) LookForUntracked(key, expected);
    }

    private void LookForHeld(HeldIndicator held, ExpectedItem? expected)
    {
        var there = ledger.FindRemote(memory, held.Key);
        var live = there.Where(remote => remote.IsLive(now)).ToList();
        var kept = live.Find(remote => remote.Id == held.Id) ?? live.FirstOrDefault();
        if (kept is not null) AddCopies(held.Observables, held.Key, live, kept);
        if (kept is null && held.Expires <= now) Add(Gone(FindingKind.Expired, RepairKind.None, held, expected));
        // Nobody wants it back: a push removes it, or it is left to run out.
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
            var repair = destination.Capabilities.IdsNotReusable ? RepairKind.NextLife : RepairKind.Create;
            Add(Gone(FindingKind.Missing, repair, held, expected) with { Differences = [new Difference("revoked", "false", "true")] });
        }
        else if (destination.Capabilities.HasSharedNamespace && ledger.IsHeldByOther(memory, held.Key))
        {
            Add(Gone(FindingKind.Missing, RepairKind.LetGo, held, expected) with { Differences = [new Difference("holder", "this installation", "somebody else")] });
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
        var live = ledger.FindRemote(memory, expected.Identity.Key).Where(remote => remote.IsLive(now)).ToList();
        if (live.Count == 0) return;
        AddCopies(key.Observables, expected.Identity.Key, live, live[0]);
        Add(Describe(FindingKind.Untracked, RepairKind.TakeOver, key.Observables, live[0]));
    }

    private void AddCopies(Hash128 observables, Guid key, List<RemoteIndicator> live, RemoteIndicator kept)
    {
        // Where sending again updates, there is one of each, however often a list shows it. Without an id, removing one removes all.
        if (destination.Capabilities.Upserts) return;
        foreach (var copy in live.Where(remote => remote != kept && remote.Id is not null))
        {
            Add(Describe(FindingKind.Duplicate, RepairKind.RemoveCopy, observables, copy) with { Key = key });
        }
    }

    private void CompareItem(HeldIndicator held, ExpectedItem expected, RemoteIndicator there)
    {
        var differences = ItemComparison.Compare(expected.Body, there.Raw);
        if (differences.Count > 0)
        {
            var moving = ItemComparison.Compare(expected.Body, expected.WithOtherDates(destination)).Select(difference => difference.Property).ToHashSet();
            differences.RemoveAll(difference => moving.Contains(difference.Property));
        }

        if (held.Id is not null && there.Id is not null && held.Id != there.Id) differences.Add(new Difference("id", held.Id, there.Id));
        if (differences.Count == 0)
        {
            AsSent++;
            return;
        }

        var finding = Describe(FindingKind.Edited, RepairKind.Update, held.Observables, there) with { Differences = differences };
        if (IsFresh(held)) Add(finding with { Kind = FindingKind.NotYetVisible, Repair = RepairKind.None });
        else Add(finding with { Repair = NeedsReplacing(held, expected, there, differences) ? RepairKind.Replace : RepairKind.Update });
    }

    // An update leaves alone what it does not carry. Where it carries everything, only the mark knows that something is fixed,
    // not what: then it is made anew, which is right for either.
    private bool NeedsReplacing(HeldIndicator held, ExpectedItem expected, RemoteIndicator there, List<Difference> differences)
    {
        if (destination.Capabilities.IdsNotReusable || expected.Hashes.Immutable == default) return false;
        if (destination.Capabilities.Upserts) return true;
        var carried = ItemComparison.PropertiesOf(expected.AsUpdate(destination, there.Id));
        return differences.Exists(difference => difference.Property != "id" && !carried.Contains(difference.Property));
    }

    private bool IsFresh(HeldIndicator held) => ledger.LastSentAt(memory, held.Observables) is { } sent && now - sent < destination.Capabilities.VisibilityLag;

    private static Finding Gone(FindingKind kind, RepairKind repair, HeldIndicator held, ExpectedItem? expected) => new()
    {
        Kind = kind,
        Repair = repair,
        Observables = held.Observables,
        Key = held.Key,
        Id = held.Id,
        Value = expected?.Value,
    };

    private static Finding Describe(FindingKind kind, RepairKind repair, Hash128 observables, RemoteIndicator there) => new()
    {
        Kind = kind,
        Repair = repair,
        Observables = observables,
        Key = there.Key,
        Id = there.Id,
        Type = there.Type,
        Value = there.Value,
    };

    private void Add(Finding finding) => ledger.AddFinding(memory, finding);
}
