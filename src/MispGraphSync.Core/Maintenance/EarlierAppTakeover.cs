using System.Buffers;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>
/// Takes over what this installation created while it signed in as another application: sends each one as it is there, so that the
/// list shows it as ours from then on. The ledger holds it without a known source until a source claims it. Nothing is deleted here:
/// the next push deletes what no source claims, once it has read them all, under its own limits.
/// </summary>
/// <param name="execution">Of this takeover alone.</param>
internal sealed class EarlierAppTakeover(DestinationExecution execution)
{
    private readonly IDestinationLedger _ledger = execution.Ledger;
    private readonly Dictionary<Guid, RemoteIndicator> _found = [];
    private readonly Dictionary<Guid, Hash128> _claims = [];

    public PlanCounts Planned => execution.Planned;

    public StepTally Tally => execution.Tally;

    /// <summary>Lists the destination to its end.</summary>
    public async Task FindAsync()
    {
        await execution.PrepareAsync().ConfigureAwait(false);
        await foreach (var there in execution.ListAsync().ConfigureAwait(false))
        {
            if (there is { IsOfEarlierApp: true, ConflictsWith: { } key } && there.IsLive(execution.Now)) _found[key] = there;
        }
    }

    /// <summary>Sends them like any update: the intent is recorded first, and a bad record is isolated.</summary>
    /// <exception cref="RunFailedException">The destination failed.</exception>
    public async Task SendAsync()
    {
        if (_found.Count == 0) return;
        // First: should the process die in between, the next push still lets every source claim what is its own.
        _ledger.PlanEverythingNext(execution.State);
        var held = new Dictionary<Guid, HeldIndicator>();
        foreach (var one in _ledger.ReadHeld(execution.State).Where(one => _found.ContainsKey(one.Key))) held[one.Key] = one;
        var steps = _found.Select(one => Step(one.Key, one.Value, held.GetValueOrDefault(one.Key))).OfType<PlanStep>().ToList();
        execution.Planned = PlanCounts.None with { Update = steps.Count };
        await execution.TryAsync(() => execution.ApplyAsync(steps)).ConfigureAwait(false);
        if (execution.Failure is { } failure) throw failure;
    }

    public bool Has(Guid key) => _found.ContainsKey(key);

    /// <summary>These observables are the key's. If it was taken over, they are to claim it.</summary>
    public void Claim(Guid key, Hash128 observables)
    {
        if (_ledger.FindHeld(execution.State, Hash128.Of(key)) is not null) _claims[key] = observables;
    }

    public void AddFindings()
    {
        foreach (var (key, there) in _found)
        {
            _ledger.AddFinding(execution.State, new Finding
            {
                Kind = FindingKind.EarlierApp,
                Repair = RepairKind.TakeOver,
                Observables = _claims.TryGetValue(key, out var claim) ? claim : null,
                Key = key,
                Id = there.Id,
                Type = there.Label.Type,
                Value = there.Label.Value,
            });
        }
    }

    private PlanStep? Step(Guid key, RemoteIndicator there, HeldIndicator? held)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        if (!execution.Destination.TryWriteAgain(body, there)) return null;
        var expires = there.EndsAt(execution.Now);
        held ??= HeldIndicator.Listed(Hash128.Of(key), key, there.Id, there.Label, expires) with
        {
            Hashes = new ItemHashes(Hash128.Unknown, Hash128.Unknown),
        };
        return PlanStep.On(held with { Id = there.Id, Expires = expires }, StepAction.Update, StepReasons.Adopted) with
        {
            Body = body.WrittenMemory,
            Value = there.Canonical,
        };
    }
}
