using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.Output;

/// <summary>The state of the ledger at one moment, as <c>status --output json</c> prints it.</summary>
internal sealed record StatusReport
{
    public int Schema { get; } = 1;

    public required DateTimeOffset Now { get; init; }

    public required string Ledger { get; init; }

    /// <summary>The run in progress; null for none.</summary>
    public required LockOwner? Lock { get; init; }

    /// <summary>The newest first.</summary>
    public required IReadOnlyList<ReportedRun> Runs { get; init; }

    /// <summary>Those of the settings, then those that only the ledger knows.</summary>
    public required IReadOnlyList<DestinationStatus> Destinations { get; init; }

    public required IReadOnlyList<SourceStatus> Sources { get; init; }

    /// <summary>Nothing has been pushed with this ledger.</summary>
    [JsonIgnore]
    public bool IsNew { get; init; }

    public static StatusReport Gather(LedgerFile ledger, AppSettings settings, LockOwner? owner, int runs, DateTimeOffset now)
    {
        var rows = DestinationRow.All(ledger);
        var configured = settings.Destinations.Select(one => DestinationStatus.Of(one.Info, one, rows.FirstOrDefault(row => row.Is(one.Info)), ledger, now));
        var others = rows.Where(row => settings.Destinations.All(one => !row.Is(one.Info)))
            .Select(row => DestinationStatus.Of(row.Info, null, row, ledger, now));
        return new StatusReport
        {
            Now = now,
            IsNew = ledger.IsNew,
            Ledger = settings.Ledger,
            Lock = owner,
            Runs = [.. new RunHistory(ledger).Latest(runs).Select(ReportedRun.Of)],
            Destinations = [.. configured, .. others],
            Sources =
            [
                .. new LedgerStatus(ledger).Sources().Select(row => new SourceStatus(
                    row.Name, row.Events, row.Aged, row.ReadAt, row.FullReadAt, row.FullReadAt?.AddDays(settings.Misp.FullReadDays))),
            ],
        };
    }

    /// <summary>A run without an end was killed, unless it is the one that holds the lock.</summary>
    public bool IsInProgress(ReportedRun run) => run.Ended is null && Lock is not null && run == Runs[0];
}

internal sealed record ReportedRun(
    long Run, string Command, DateTimeOffset Started, DateTimeOffset? Ended, long? DurationMs, string? Status, int? ExitCode,
    IReadOnlyList<ReportedDestination> Destinations)
{
    public static ReportedRun Of(PastRun run) => new(
        run.Id, run.Command, run.Started, run.Ended, (long?)(run.Ended - run.Started)?.TotalMilliseconds, run.Status, run.ExitCode,
        DestinationsOf(run.Report));

    // Empty where the run left no report that can be read.
    private static IReadOnlyList<ReportedDestination> DestinationsOf(string? report)
    {
        try
        {
            return report is null ? [] : JsonSerializer.Deserialize(report, OutputJson.Default.PastReport)?.Destinations ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

/// <summary>Read from the report of a past run, which is a <see cref="RunJson"/>.</summary>
internal sealed record PastReport(IReadOnlyList<ReportedDestination> Destinations);

internal sealed record ReportedDestination(string Name, long Accepted, long Deleted, long Rejected, long Unknown, long NotAttempted);

/// <param name="Aged">Events that are too old for the filters.</param>
/// <param name="NextFullRead">Null where no full read is known.</param>
internal sealed record SourceStatus(
    string Name, long Events, long Aged, DateTimeOffset? LastCompleteRead, DateTimeOffset? LastFullRead, DateTimeOffset? NextFullRead);

internal sealed record DestinationStatus
{
    internal DestinationStatus(DestinationInfo info) => Info = info;

    public string Name => Info.Name;

    public string Kind => Info.Kind;

    [JsonPropertyName("configured")]
    public bool IsConfigured { get; init; }

    [JsonPropertyName("enabled")]
    public bool IsEnabled { get; init; }

    public long Held { get; init; }

    /// <summary>Our share at a service with a limited capacity; null elsewhere.</summary>
    public int? Capacity { get; init; }

    [JsonPropertyName("turnedDown")]
    public long Rejected { get; init; }

    public long Pending { get; init; }

    public bool PlansEverything { get; init; }

    public IReadOnlyList<UnconfirmedRequests> OpenRequests { get; init; } = [];

    public ExpirySummary Expiries { get; init; } = ExpirySummary.None;

    public ExpirySummary Renewals { get; init; } = ExpirySummary.None;

    internal DestinationInfo Info { get; }

    /// <summary>Something has been pushed there.</summary>
    internal bool IsKnown { get; init; }

    /// <summary>Why it gets nothing new; empty for a destination in use.</summary>
    internal string Note => this switch
    {
        { IsConfigured: false } => "no longer in the settings",
        { IsEnabled: false } => "disabled",
        { IsKnown: false } => "nothing pushed yet",
        _ => "",
    };

    public static DestinationStatus Of(
        DestinationInfo info, DestinationSettings? settings, DestinationRow? row, LedgerFile ledger, DateTimeOffset now)
    {
        var status = new DestinationStatus(info)
        {
            IsConfigured = settings is not null,
            IsEnabled = settings is { Enabled: true },
            Capacity = settings is { Capacity: > 0 and var capacity } ? capacity : null,
        };
        if (row is null) return status;
        var open = new LedgerStatus(ledger);
        return status with
        {
            IsKnown = true,
            Held = row.Held,
            Rejected = open.Rejected(row.Id),
            Pending = open.Pending(row.Id),
            PlansEverything = row.PlansEverything,
            OpenRequests = open.Unconfirmed(row.Id),
            Expiries = open.Expiries(row.Id, now),
            Renewals = open.Renewals(row.Id, now),
        };
    }
}
