using System.Buffers;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>
/// What a destination lists of its context objects. What is ours is known by its own content: its id is computed from that.
/// </summary>
/// <param name="execution">Of the context's own record in the ledger.</param>
internal sealed class ContextList(DestinationExecution execution, IContextDestination context, string instance)
{
    private readonly IDestinationLedger _ledger = execution.Ledger;
    private readonly Ownership _ownership = new(instance, context.Info);
    private readonly Dictionary<Guid, RemoteIndicator> _live = [];
    private readonly List<RemoteIndicator> _revoked = [];

    private DestinationState State => execution.State;

    public RemoteIndicator? Find(Guid key) => _live.GetValueOrDefault(key);

    /// <exception cref="RunFailedException">The list broke off.</exception>
    public async Task ReadAsync()
    {
        _ledger.BeginInventory(State);
        var listed = 0L;
        await foreach (var remote in context.ReadAsync(execution.Control.Stop).ConfigureAwait(false))
        {
            execution.Observer.Listed(State.Info, ++listed);
            var there = _ownership.Prove(remote);
            _ledger.AddRemote(State, there);
            if (there is not { Key: { } key, Generation: not null }) continue;
            if (there.Revoked) _revoked.Add(there);
            else _live[key] = there;
        }

        _ledger.EndInventory(State);
    }

    /// <summary>Corrects what the ledger holds: what is not there is forgotten, and what is there and ours is held.</summary>
    /// <param name="isContentUnknown">Another ledger may have sent what the list shows.</param>
    public void Correct(bool isContentUnknown)
    {
        // A list without any of ours may be one that does not show them.
        if (_live.Count > 0) _ledger.ForgetUnlisted(State, execution.Now, isContentUnknown);
        var generations = _ledger.ReadGenerations(State);
        foreach (var ours in _revoked.GroupBy(there => Hash128.Of(there.Canonical!)))
        {
            var next = ours.Max(there => there.Generation!.Value) + 1;
            if (next > generations.GetValueOrDefault(ours.Key)) _ledger.RaiseGeneration(State, ours.Key, next);
        }

        var known = _ledger.ReadHeld(State).Select(held => held.Key).ToHashSet();
        foreach (var there in _live.Values.Where(there => !known.Contains(there.Key!.Value))) _ledger.RecordTakeover(State, Hold(there));
    }

    /// <summary>Compares what is held with the list, and adds the findings.</summary>
    /// <returns>How many are there as they were sent.</returns>
    public long Compare()
    {
        var same = 0L;
        foreach (var held in _ledger.ReadHeld(State))
        {
            var there = _ledger.FindRemote(State, held.Key);
            if (there.FirstOrDefault(one => !one.Revoked) is { } live)
            {
                var isKnown = held.Hashes.IsContentKnown && !held.Body.IsEmpty;
                var differences = isKnown ? ContextPlanner.Compare(held.Body, live.Raw) : [];
                if (differences.Count == 0) same++;
                else Add(FindingKind.Edited, RepairKind.Update, held, differences);
            }
            else if (there.Count > 0)
            {
                Add(FindingKind.Missing, RepairKind.CreateUnderNextKey, held, [new Difference("revoked", "false", "true")]);
            }
            else if (_ledger.LastSentAt(State, held.Observables) is { } sent
                && execution.Now - sent < execution.Destination.Capabilities.VisibilityLag)
            {
                Add(FindingKind.NotYetVisible, RepairKind.None, held, []);
            }
            else
            {
                Add(FindingKind.Missing, RepairKind.Create, held, []);
            }
        }

        _ledger.AddForeignFindings(State, execution.Now);
        return same;
    }

    private void Add(FindingKind kind, RepairKind repair, HeldIndicator held, IReadOnlyList<Difference> differences) =>
        _ledger.AddFinding(State, new Finding
        {
            Kind = kind,
            // One in its grace is not wanted.
            Repair = held.RenewAt < ContextPlanner.Never ? RepairKind.None : repair,
            Observables = held.Observables,
            Key = held.Key,
            Id = held.Id,
            Type = held.Label?.Type,
            Value = held.Label?.Value,
            Differences = differences,
        });

    private HeldIndicator Hold(RemoteIndicator there)
    {
        var body = new ArrayBufferWriter<byte>(512);
        execution.Destination.TryWriteAgain(body, there);
        return HeldIndicator.Listed(Hash128.Of(there.Canonical!), there.Key!.Value, there.Id, there.Label, ContextPlanner.Never) with
        {
            Generation = there.Generation!.Value,
            Created = there.Created ?? execution.Now,
            Modified = there.Modified ?? there.Created ?? execution.Now,
            Hashes = new ItemHashes(Hash128.Unknown, default),
            Body = body.WrittenMemory,
        };
    }
}
