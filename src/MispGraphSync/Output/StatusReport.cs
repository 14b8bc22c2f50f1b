using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.Output;

/// <summary>The state of the ledger at one moment; nobody is asked.</summary>
internal sealed record StatusReport
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>Nothing has been pushed with this ledger.</summary>
    public required bool IsNew { get; init; }

    public required string Ledger { get; init; }

    /// <summary>The run in progress; null for none.</summary>
    public required LockOwner? Lock { get; init; }

    /// <summary>The newest first.</summary>
    public required IReadOnlyList<PastRun> Runs { get; init; }

    /// <summary>Those of the settings, then those that only the ledger knows.</summary>
    public required IReadOnlyList<DestinationStatus> Destinations { get; init; }

    public required IReadOnlyList<SourceStatus> Sources { get; init; }

    public static StatusReport Gather(LedgerFile ledger, AppSettings settings, LockOwner? owner, int runs, DateTimeOffset now)
    {
        var rows = new DestinationRows(ledger).List();
        var configured = settings.Destinations.Select(one => DestinationStatus.Of(one.Info, one, rows.FirstOrDefault(row => row.Is(one.Info)), ledger, now));
        var others = rows.Where(row => settings.Destinations.All(one => !row.Is(one.Info)))
            .Select(row => DestinationStatus.Of(row.Info, null, row, ledger, now));
        return new StatusReport
        {
            Now = now,
            IsNew = ledger.IsNew,
            Ledger = settings.Ledger,
            Lock = owner,
            Runs = new RunHistory(ledger).Latest(runs),
            Destinations = [.. configured, .. others],
            Sources = [.. new SourceRows(ledger).List().Select(row => new SourceStatus(row, row.FullReadAt?.AddDays(settings.Misp.FullReadDays)))],
        };
    }

    /// <summary>The run in progress, where this is one; a run without an end and without the lock was killed.</summary>
    public bool IsInProgress(PastRun run) => run.Status is null && Lock is not null && run == Runs[0];
}

/// <param name="NextFullRead">Null where no full read is known.</param>
internal sealed record SourceStatus(SourceRow Row, DateTimeOffset? NextFullRead);

internal sealed record DestinationStatus
{
    public required DestinationInfo Info { get; init; }

    public bool IsConfigured { get; init; }

    public bool IsEnabled { get; init; }

    /// <summary>Something has been pushed there.</summary>
    public bool IsKnown { get; init; }

    public long Held { get; init; }

    /// <summary>Our share at a service with a limited capacity; null elsewhere.</summary>
    public int? Capacity { get; init; }

    public long Rejected { get; init; }

    public long Pending { get; init; }

    public bool PlansEverything { get; init; }

    public IReadOnlyList<UnconfirmedRequests> OpenRequests { get; init; } = [];

    public ExpirySummary Expiries { get; init; } = ExpirySummary.None;

    public ExpirySummary Renewals { get; init; } = ExpirySummary.None;

    /// <summary>Why it holds nothing new; empty for a destination in use.</summary>
    public string Note => this switch
    {
        { IsConfigured: false } => "no longer in the settings",
        { IsEnabled: false } => "disabled",
        { IsKnown: false } => "nothing pushed yet",
        _ => "",
    };

    public static DestinationStatus Of(
        DestinationInfo info, DestinationSettings? settings, DestinationRow? row, LedgerFile ledger, DateTimeOffset now)
    {
        var status = new DestinationStatus
        {
            Info = info,
            IsConfigured = settings is not null,
            IsEnabled = settings is { Enabled: true },
            Capacity = settings is { Capacity: > 0 and var capacity } ? capacity : null,
        };
        if (row is null) return status;
        var backlog = new Backlog(ledger);
        var terms = new Terms(ledger);
        return status with
        {
            IsKnown = true,
            Held = row.Held,
            Rejected = backlog.Rejected(row.Id),
            Pending = backlog.Pending(row.Id),
            PlansEverything = row.PlansEverything,
            OpenRequests = backlog.OpenRequests(row.Id),
            Expiries = terms.Expiries(row.Id, now),
            Renewals = terms.Renewals(row.Id, now),
        };
    }
}
