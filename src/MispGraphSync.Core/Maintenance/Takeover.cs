using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Maintenance;

/// <summary>
/// Takes over from another tool: deletes its indicators whose very observable we hold and that is listed live, so that exactly
/// one remains and there is never none. All its other indicators are left to expire.
/// </summary>
/// <param name="execution">At the place where the other tool's indicators are listed and deleted.</param>
internal sealed class Takeover(
    ForeignTool tool, Func<RemoteIndicator, LegacyIndicator?> recognise, DestinationExecution execution, DeletionLimit maxDelete)
{
    private readonly IDestinationLedger _ledger = execution.Ledger;
    private readonly DestinationState _state = execution.State;

    public long Found { get; private set; }

    /// <summary>Its other indicators: we hold no such observable, or ours is not listed.</summary>
    public long Kept { get; private set; }

    /// <summary>The outcomes; those never reached were not attempted.</summary>
    public StepTally Tally => execution.Tally;

    /// <summary>Lists the tool's indicators, and adds a finding for each that duplicates one of ours.</summary>
    public async Task FindAsync()
    {
        var seen = new HashSet<Hash128>();
        await foreach (var there in execution.ListAsync().ConfigureAwait(false))
        {
            if (!there.IsLive(execution.Now) || there.Id is not { } id) continue;
            // A list of pages is no snapshot.
            if (recognise(there) is not { } legacy || !seen.Add(Hash128.Of(id))) continue;
            if (!Duplicates(legacy))
            {
                Kept++;
                continue;
            }

            Found++;
            _ledger.AddFinding(_state, new Finding
            {
                Kind = FindingKind.LeftBehind,
                Repair = RepairKind.Remove,
                Observables = legacy.Observables,
                Key = there.Key,
                Id = id,
                Type = there.Label.Type,
                Value = there.Label.Value,
            });
        }

        execution.Planned = PlanCounts.None with { Delete = Found };
    }

    /// <summary>Deletes them like any other: the intent is recorded first, and a bad record is isolated.</summary>
    /// <exception cref="RunFailedException">More than the limit allows, nothing was deleted. Or the destination failed.</exception>
    public async Task DeleteAsync()
    {
        var there = _ledger.CountHeld(_state) + Found;
        if (!maxDelete.Allows(Found, there))
            throw new RunFailedException(new Failure.TakeoverWithheld(_state.Info.Name, tool.Name, Found, there, maxDelete));

        var deletions = _ledger.ReadFindings(_state, FindingKind.LeftBehind).Select(Delete);
        await execution.TryAsync(() => execution.ApplyAsync(deletions)).ConfigureAwait(false);
        if (execution.Failure is { } failure) throw failure;
    }

    private bool Duplicates(LegacyIndicator legacy) =>
        _ledger.FindHeld(_state, legacy.Observables) is { } held
        && held.Key != legacy.There.Key && held.Id != legacy.There.Id
        && (legacy.Event is not { } from || _ledger.HasSource(_state, legacy.Observables, from))
        && _ledger.FindRemote(_state, held.Key).Any(ours => ours.IsLive(execution.Now));

    private PlanStep Delete(Finding legacy) => Planner.BuildDeletion(
        tool.At,
        HeldIndicator.Listed(legacy.Observables!.Value, legacy.Key ?? Guid.Empty, legacy.Id, legacy.Label, execution.Now.AddDays(1)),
        new StepDecision(StepAction.Delete, StepReasons.Legacy),
        execution.Now);
}
