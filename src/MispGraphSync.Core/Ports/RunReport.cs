namespace MispGraphSync.Core.Ports;

/// <summary>What a run did, for people and for <c>--output json</c>.</summary>
public sealed record RunReport
{
    public required long RunId { get; init; }
    public required RunStatus Status { get; init; }
    public required RunOutcome Outcome { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>The totals of all sources.</summary>
    public required SourceReport Source { get; init; }

    /// <summary>One for each source that was to be read, in the settings' order; empty for a run that reads none.</summary>
    public IReadOnlyList<SourceReport> Sources { get; init; } = [];

    public required IReadOnlyList<DestinationReport> Destinations { get; init; }

    /// <summary>Sentences that say which count does not add up; empty, or there is a bug.</summary>
    public IReadOnlyList<string> Imbalances { get; init; } = [];

    /// <summary>The report of a run, once its destinations have theirs. Counts that do not add up make it a bug.</summary>
    public static RunReport Of(
        long runId, SourceReport read, IReadOnlyList<DestinationReport> destinations, TimeSpan duration, RunControl control)
    {
        var imbalances = ConservationCheck.Check(read, destinations);
        var outcome = RunOutcomes.Worst([
            read.Outcome,
            control.Outcome,
            read.Complete ? RunOutcome.Done : RunOutcome.Incomplete,
            imbalances.Count > 0 ? RunOutcome.Bug : RunOutcome.Done,
            .. destinations.Select(destination => destination.Outcome)]);
        return new RunReport
        {
            RunId = runId,
            Status = outcome == RunOutcome.Incomplete && !read.Complete ? RunStatus.Partial : StatusOf(outcome),
            Outcome = outcome,
            Duration = duration,
            Source = read,
            Destinations = destinations,
            Imbalances = imbalances,
        };
    }

    public static RunStatus StatusOf(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Done or RunOutcome.ChangesPending => RunStatus.Completed,
        RunOutcome.Incomplete => RunStatus.CompletedWithErrors,
        RunOutcome.DeletionsWithheld => RunStatus.Refused,
        RunOutcome.Interrupted => RunStatus.Interrupted,
        RunOutcome.OutOfTime => RunStatus.Partial,
        _ => RunStatus.Failed,
    };
}

public enum RunStatus
{
    Completed,
    CompletedWithErrors,
    Partial,
    Refused,
    Interrupted,
    Failed,
}

/// <summary>What a run read of one source, or of all. Each attribute counts once: mapped, context, or skipped for one reason.</summary>
public sealed record SourceReport
{
    /// <summary>For a run that reads nothing.</summary>
    public static SourceReport None { get; } = new() { Name = "", Kind = "none", Complete = true };

    /// <summary>For a run that sends from the ledger alone.</summary>
    public static SourceReport OfLedger { get; } = new() { Name = "ledger", Kind = "ledger", Complete = true };

    /// <summary>Of several sources: all their names.</summary>
    public required string Name { get; init; }

    /// <summary>Of several sources of different kinds: <c>several</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The read provably reached its end.</summary>
    public bool Complete { get; init; }

    /// <summary>Why not, one sentence each.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    /// <summary>Events that match the filters.</summary>
    public long Events { get; init; }

    /// <summary>Of these, the known and unchanged ones, which were not read in full.</summary>
    public long EventsUnchanged { get; init; }

    /// <summary>Events that left the filters in this run only because they grew old.</summary>
    public long EventsAged { get; init; }
    public long EventsWithdrawn { get; init; }

    /// <summary>Events of the source that were known before this read.</summary>
    public long EventsKnown { get; init; }

    public long Attributes { get; init; }
    public long Mapped { get; init; }
    public long Context { get; init; }
    public IReadOnlyDictionary<SkipReason, long> Skipped { get; init; } = new Dictionary<SkipReason, long>();

    /// <summary>Deletions may follow: what this read did not see is known to be gone.</summary>
    public bool MayDelete { get; init; }

    /// <summary>No event matches, although some are known.</summary>
    public bool IsEmptyRead { get; init; }

    /// <summary>Text that changes when filters or rights would choose other events or attributes; null when unknown.</summary>
    public string? Selection { get; init; }

    public string? Error { get; init; }
    public string? Remedy { get; init; }
    public RunOutcome Outcome { get; init; } = RunOutcome.Done;

    /// <summary>The failure is not this source's own, so that no other one is read: the ledger's, the settings', or a stop.</summary>
    public bool EndsRun { get; init; }

    /// <summary>
    /// The totals. While one source was read, the failure of another is a gap: that one's indicators stay as they are.
    /// </summary>
    public static SourceReport Total(IReadOnlyList<SourceReport> all)
    {
        if (all is [var only]) return only;
        var ending = all.Where(one => one.EndsRun).ToList();
        var hasFailed = ending.Count > 0 || all.All(one => one.Error is not null);
        var outcome = RunOutcomes.Worst((ending.Count > 0 ? ending : all).Select(one => one.Outcome));
        var cause = hasFailed ? all.First(one => one.Outcome == outcome && one.Error is not null) : null;
        var kinds = all.Select(one => one.Kind).Distinct().ToList();
        return new SourceReport
        {
            Name = string.Join(", ", all.Select(one => one.Name)),
            Kind = kinds is [var kind] ? kind : "several",
            Complete = all.All(one => one.Complete),
            Gaps = [.. all.SelectMany(GapsOf)],
            Events = all.Sum(one => one.Events),
            EventsUnchanged = all.Sum(one => one.EventsUnchanged),
            EventsAged = all.Sum(one => one.EventsAged),
            EventsWithdrawn = all.Sum(one => one.EventsWithdrawn),
            EventsKnown = all.Sum(one => one.EventsKnown),
            Attributes = all.Sum(one => one.Attributes),
            Mapped = all.Sum(one => one.Mapped),
            Context = all.Sum(one => one.Context),
            Skipped = SkipCounts.Sum(all.Select(one => one.Skipped)),
            MayDelete = all.Any(one => one.MayDelete),
            IsEmptyRead = all.Any(one => one.IsEmptyRead),
            Error = cause?.Error,
            Remedy = cause?.Remedy,
            Outcome = hasFailed ? outcome : RunOutcome.Done,
        };
    }

    private static IEnumerable<string> GapsOf(SourceReport one) =>
        one.Gaps.Prepend(one.Error).OfType<string>().Select(gap => $"{one.Name}: {gap}");
}

public static class SkipCounts
{
    public static IReadOnlyDictionary<SkipReason, long> Sum(IEnumerable<IReadOnlyDictionary<SkipReason, long>> all)
    {
        var sum = new SortedDictionary<SkipReason, long>();
        foreach (var (reason, count) in all.SelectMany(one => one)) sum[reason] = sum.GetValueOrDefault(reason) + count;
        return sum;
    }
}

/// <summary>What a run did at one destination.</summary>
public sealed record DestinationReport
{
    public required string Name { get; init; }
    public required string Kind { get; init; }
    public required RunStatus Status { get; init; }
    public RunOutcome Outcome { get; init; } = RunOutcome.Done;

    /// <summary>Of a destination's context objects, which have a report of their own.</summary>
    public bool IsContext { get; init; }

    /// <summary>What ended it early; null when nothing did.</summary>
    public RunFailedException? Failure { get; init; }

    /// <summary>A dry run: why a push would fail now before it sends anything; null where the destination lets us in.</summary>
    public RunFailedException? Obstacle { get; init; }

    /// <summary>Why deletions were withheld; null when they were not.</summary>
    public Failure.DeletionsWithheld? WithheldDeletions { get; init; }

    /// <summary>
    /// Attributes read in this run that gave an indicator, but none for this destination; and creations that were skipped: held by
    /// others, or over capacity.
    /// </summary>
    public IReadOnlyDictionary<SkipReason, long> Skipped { get; init; } = new Dictionary<SkipReason, long>();

    public PlanCounts Planned { get; init; } = PlanCounts.None;
    public long Unchanged { get; init; }

    /// <summary>Planned deletions that were withheld; they count as not attempted.</summary>
    public long Withheld { get; init; }

    /// <summary>The read showed what is gone, and the guards decided about the deletions.</summary>
    public bool HasDecidedDeletions { get; init; }

    /// <summary>
    /// Deletions that a guard withheld. After an empty read, which plans none, everything held. Null: nothing was decided, so that an
    /// earlier decision stands.
    /// </summary>
    public long? DeletionsWithheld => WithheldDeletions?.Deletions ?? (HasDecidedDeletions ? 0 : null);

    /// <summary>Wanted indicators without room: over our share, or the service was full.</summary>
    public long WaitingForRoom { get; init; }
    public long Suppressed { get; init; }

    /// <summary>Held at the end of the run.</summary>
    public long Held { get; init; }

    public StepTally Tally { get; init; }

    /// <summary>Of the accepted steps, the deletions.</summary>
    public long Deleted { get; init; }
    public RequestCounts Requests { get; init; }
}

/// <summary>The outcomes of the planned steps.</summary>
public readonly record struct StepTally(long Accepted, long Rejected, long Unknown, long NotAttempted)
{
    public long Total => Accepted + Rejected + Unknown + NotAttempted;

    public static StepTally operator +(StepTally one, StepTally other) => new(
        one.Accepted + other.Accepted, one.Rejected + other.Rejected, one.Unknown + other.Unknown, one.NotAttempted + other.NotAttempted);

    public static StepTally Of(IReadOnlyList<StepOutcome> outcomes) => new(
        outcomes.Count(outcome => outcome is StepOutcome.Accepted),
        outcomes.Count(outcome => outcome is StepOutcome.Rejected),
        outcomes.Count(outcome => outcome is StepOutcome.Unknown),
        outcomes.Count(outcome => outcome is StepOutcome.NotAttempted));
}
