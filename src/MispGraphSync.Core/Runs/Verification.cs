using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;

namespace MispGraphSync.Core.Runs;

/// <summary>
/// Compares destinations with the ledger, one after the other, and puts right what differs if that is asked for. Reads no
/// source: what is wanted is what the last push read.
/// </summary>
/// <param name="show">Is given each destination's result with its findings, which can be read until it returns.</param>
public sealed class Verification(
    IReadOnlyList<IDestination> destinations, IDestinationLedger ledger, VerifyOptions options, IRunObserver observer, TimeProvider time,
    Action<VerifiedDestination, IEnumerable<Finding>> show)
{
    private readonly NeverBlock _neverBlock = new(options.NeverBlock);

    /// <summary>Runs to the end, or as far as it may; never throws for what a service or the user does.</summary>
    public async Task<IReadOnlyList<VerifiedDestination>> RunAsync(RunControl control)
    {
        var results = new List<VerifiedDestination>();
        foreach (var destination in destinations) results.Add(await VerifyAsync(destination, control).ConfigureAwait(false));
        return results;
    }

    private async Task<VerifiedDestination> VerifyAsync(IDestination destination, RunControl control)
    {
        var now = time.GetUtcNow();
        var memory = ledger.OpenDestination(destination.Info, destination.Capabilities.Shape, options.PolicyFingerprint(destination));
        var planner = PlannerFor(destination, memory, now);
        var check = new DestinationCheck(destination, memory, ledger, planner, now, observer);
        var attempt = new DestinationExecution(control);
        Repair? repair = null;
        var held = memory.Held;

        await attempt.TryAsync(async () =>
        {
            await SettleAsync(destination, memory, control).ConfigureAwait(false);
            held = ledger.CountHeld(memory);
            await check.ListAsync(control.Stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        var isListed = attempt.Outcome == RunOutcome.Done;
        var adoption = options.PredecessorOf(destination) is { } predecessor ? new Takeover(predecessor, memory, ledger, options.MaxDelete, control, observer) : null;
        if (isListed)
        {
            check.Compare();
            if (adoption is not null) await attempt.TryAsync(() => adoption.FindAsync(now)).ConfigureAwait(false);
            check.NoteForeign();
        }

        if (isListed && options.Repairs)
        {
            repair = new Repair(destination, memory, ledger, planner, control, observer);
            await attempt.TryAsync(repair.RunAsync).ConfigureAwait(false);
            attempt.Note(repair.Failure);
            if (adoption is { Found: > 0 }) await attempt.TryAsync(() => adoption.RemoveAsync(now)).ConfigureAwait(false);
        }

        var report = repair is null ? null : ReportOf(repair, adoption, memory);
        var result = Summarise(destination, memory, held, isListed ? check : null, report, attempt, now);
        show(result, isListed ? ledger.ReadFindings(memory) : []);
        return result;
    }

    private async Task SettleAsync(IDestination destination, DestinationState memory, RunControl control)
    {
        var open = ledger.OpenIntents(memory);
        if (open.Count == 0) return;
        if (!options.Repairs)
        {
            observer.Warn($"{open.Count} requests of an earlier run at '{memory.Info.Name}' were never answered: what they sent may show as missing or untracked. The next push settles them.");
            return;
        }

        await destination.PrepareAsync(control.Stop).ConfigureAwait(false);
        await new Reconciler(destination, ledger, memory, control).ReconcileAsync(open).ConfigureAwait(false);
    }

    // What is there under a wanted key is taken over as by a push with a fresh ledger.
    private Planner PlannerFor(IDestination destination, DestinationState memory, DateTimeOffset now) => new(
        destination,
        new Eligibility(destination, _neverBlock),
        new PlanFacts(now, options.Instance, options.Source, memory.KeyNamespace, MayTakeOver: true),
        key => ledger.FindRemote(memory, key).FirstOrDefault(remote => remote.IsLive(now)) is { } found
            ? new ListedIndicator(found.Id, found.Expires, IsRevoked: false, found.ImmutableHash)
            : null);

    private RepairReport ReportOf(Repair repair, Takeover? adoption, DestinationState memory)
    {
        var planned = repair.Planned with { Delete = repair.Planned.Delete + (adoption?.Found ?? 0) };
        return new RepairReport(planned, repair.Tally + (adoption?.Tally ?? default), repair.Suppressed, ledger.CountHeld(memory));
    }

    private VerifiedDestination Summarise(
        IDestination destination, DestinationState memory, long held, DestinationCheck? check, RepairReport? repair, DestinationExecution attempt, DateTimeOffset now)
    {
        var counts = check is null ? new Dictionary<FindingKind, long>() : ledger.CountFindings(memory);
        var faults = Findings.Faults.Sum(kind => counts.GetValueOrDefault(kind));
        var code = attempt.Outcome;
        if (code == RunOutcome.Done && repair is null && faults > 0) code = RunOutcome.Incomplete;
        if (code == RunOutcome.Done && repair is { Tally: { Accepted: var accepted, Total: var total }, Suppressed: var back } && (accepted < total || back > 0)) code = RunOutcome.Incomplete;
        return new VerifiedDestination
        {
            Name = memory.Info.Name,
            Kind = memory.Info.Kind,
            Outcome = code,
            Error = attempt.Failure?.Message,
            Remedy = attempt.Failure?.Remedy,
            Held = held,
            There = check is null ? null : ledger.CountLiveRemote(memory, now),
            AsSent = check?.AsSent ?? 0,
            Pending = check?.Pending ?? 0,
            Found = counts,
            Repair = repair,
            Requests = destination.Requests,
        };
    }
}

public sealed record VerifyOptions
{
    public required string Instance { get; init; }

    /// <summary>The source that pushes read: only its supports are fresh.</summary>
    public required string Source { get; init; }

    /// <inheritdoc cref="PushOptions.PolicyFingerprint"/>
    public required Func<IDestination, string> PolicyFingerprint { get; init; }

    /// <inheritdoc cref="PushOptions.NeverBlock"/>
    public IReadOnlyList<string> NeverBlock { get; init; } = [];

    /// <summary>Who was there before, at this destination; null from it: nobody that is asked for.</summary>
    public Func<IDestination, ForeignTool?> PredecessorOf { get; init; } = _ => null;

    /// <summary>How much of what a predecessor left may go at once.</summary>
    public DeletionLimit MaxDelete { get; init; } = new(50, IsPercent: true);

    /// <summary>False: nothing is sent and the ledger is only read.</summary>
    public bool Repairs { get; init; }
}
