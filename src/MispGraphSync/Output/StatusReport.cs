using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.Output;

/// <summary>The state of the ledger at one moment, as <c>status --output json</c> prints it.</summary>
/// <param name="Lock">The run in progress; null for none.</param>
/// <param name="Runs">The newest first.</param>
/// <param name="Destinations">Those of the settings, then those that only the ledger knows.</param>
internal sealed record StatusReport(
    int Schema, DateTimeOffset Now, string Ledger, LockOwner? Lock, IReadOnlyList<ReportedRun> Runs,
    IReadOnlyList<DestinationStatus> Destinations, IReadOnlyList<SourceStatus> Sources)
{
    /// <summary>There is no ledger: nothing has been pushed, or it was lost.</summary>
    internal bool IsNew { get; init; }

    public static StatusReport Gather(LedgerFile ledger, AppSettings settings, LockOwner? owner, int runs, DateTimeOffset now)
    {
        var figures = new LedgerStatus(ledger);
        var rows = DestinationRow.All(ledger);
        var configured = settings.Destinations.SelectMany(one => Of(one, one.Info, isShown: true).Concat(Of(one, one.ContextInfo)));
        var others = rows.Where(row => settings.Destinations.All(one => !row.Is(one.Info) && !row.Is(one.ContextInfo)))
            .Select(row => DestinationStatus.Of(row.Info, null, row, figures, now));
        var sources = figures.Sources().Select(row => new SourceStatus(
            row.Name, row.Events, row.Aged, row.ReadAt, row.FullReadAt, NextFullRead(row.FullReadAt, FullReadDays(settings, row.Name)),
            settings.Sources.Any(one => one.Name == row.Name)));
        return new StatusReport(
            Schema: 1, now, settings.RequiredLedger, owner, [.. new RunHistory(ledger).Latest(runs).Select(ReportedRun.Of)],
            [.. configured, .. others], [.. sources])
        { IsNew = ledger.IsNew };

        // Context objects are shown where there are any.
        IEnumerable<DestinationStatus> Of(DestinationSettings one, DestinationInfo? info, bool isShown = false)
        {
            if (info is null) return [];
            var row = rows.FirstOrDefault(row => row.Is(info));
            return isShown || row is { Held: > 0 } ? [DestinationStatus.Of(info, one, row, figures, now)] : [];
        }
    }

    private static int? FullReadDays(AppSettings settings, string source) =>
        settings.Sources.FirstOrDefault(one => one.Name == source)?.FullReadDays;

    // A clock that was wrong may have left the end of time.
    private static DateTimeOffset? NextFullRead(DateTimeOffset? last, int? days) =>
        days is not { } number || last > DateTimeOffset.MaxValue.AddDays(-number) ? null : last?.AddDays(number);

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
            var past = report is null ? null : JsonSerializer.Deserialize(report, OutputJson.Default.PastReport);
            return past?.Destinations?.OfType<ReportedDestination>().ToList() ?? [];
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
/// <param name="NextFullRead">Null where no full read is known, or none will be.</param>
/// <param name="IsConfigured">The settings have it.</param>
internal sealed record SourceStatus(
    string Name, long Events, long Aged, DateTimeOffset? LastCompleteRead, DateTimeOffset? LastFullRead, DateTimeOffset? NextFullRead,
    [property: JsonPropertyName("configured")] bool IsConfigured);

/// <param name="IsKnown">Something has been pushed there.</param>
/// <param name="Capacity">Our share at a service with a limited capacity; null elsewhere.</param>
/// <param name="DeletionsWithheld">Null: the guards withhold none.</param>
internal sealed record DestinationStatus(
    [property: JsonIgnore] DestinationInfo Info,
    string Name,
    string Kind,
    [property: JsonPropertyName("configured")] bool IsConfigured,
    [property: JsonPropertyName("enabled")] bool IsEnabled,
    [property: JsonIgnore] bool IsKnown,
    long Held,
    int? Capacity,
    [property: JsonPropertyName("turnedDown")] long Rejected,
    long Pending,
    bool PlansEverything,
    IReadOnlyList<UnconfirmedRequests> OpenRequests,
    ExpirySummary Expiries,
    ExpirySummary Renewals,
    WithheldDeletions? DeletionsWithheld)
{
    /// <summary>What fired in the last 30 days; null where no alert was looked at.</summary>
    public HitSummary? Hits { get; init; }

    internal bool IsContext { get; init; }

    /// <summary>Why it gets nothing new; empty for a destination in use.</summary>
    internal string Note => this switch
    {
        { IsConfigured: false } => "no longer in the settings",
        { IsEnabled: false } => "disabled",
        { IsKnown: false } => "not in the ledger",
        _ => "",
    };

    public static DestinationStatus Of(
        DestinationInfo info, DestinationSettings? settings, DestinationRow? row, LedgerStatus figures, DateTimeOffset now)
    {
        // No row of the ledger has the id 0.
        var id = row?.Id ?? 0;
        return new DestinationStatus(
            info, info.Name, info.Kind, settings is not null, settings is { Enabled: true }, row is not null, row?.Held ?? 0,
            settings is { Capacity: > 0 and var capacity } ? capacity : null, figures.Rejected(id), figures.Pending(id),
            row is { PlansEverything: true }, figures.Unconfirmed(id), figures.Expiries(id, now), figures.Renewals(id, now),
            row is { Held: > 0 } ? figures.DeletionsWithheld(info) : null)
        {
            Hits = figures.Hits(id, now),
            IsContext = row is { Shape: IndicatorShape.Context },
        };
    }
}
