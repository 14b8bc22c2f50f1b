using System.Text.Json;
using System.Text.Json.Serialization;

namespace MispGraphSync.Output;

/// <summary>The report of a run. The ledger keeps it too, for <see cref="ReportedRun"/>.</summary>
internal sealed record RunJson(
    int Schema, long RunId, string Status, int ExitCode, long DurationMs, RunSourceJson Source,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RunSourceJson>? Sources,
    IReadOnlyList<RunDestinationJson> Destinations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Imbalances)
{
    public static string Text(RunReport report) => JsonSerializer.Serialize(
        new RunJson(
            Schema: 1, report.RunId, report.Status.Slug(), ExitCodes.Of(report.Outcome), (long)report.Duration.TotalMilliseconds,
            RunSourceJson.Of(report.Source),
            report.Sources.Count > 0 ? [.. report.Sources.Select(RunSourceJson.Of)] : null,
            [.. report.Destinations.Select(RunDestinationJson.Of)],
            report.Imbalances.Count > 0 ? report.Imbalances : null),
        OutputJson.Default.RunJson);
}

internal sealed record RunSourceJson(
    string Name, string Kind, bool Complete, long Events, long EventsUnchanged, long EventsAged, long EventsWithdrawn,
    long Attributes, long Mapped, long Context, IReadOnlyDictionary<SkipReason, long> Skipped,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Gaps,
    string? Error, string? Remedy)
{
    public static RunSourceJson Of(SourceReport source) => new(
        source.Name, source.Kind, source.Complete, source.Events, source.EventsUnchanged, source.EventsAged, source.EventsWithdrawn,
        source.Attributes, source.Mapped, source.Context, source.Skipped,
        source.Gaps.Count > 0 ? source.Gaps : null, source.Error, source.Remedy);
}

internal sealed record RunDestinationJson(
    string Name, string Kind, string Status, int ExitCode, string? Error, string? Remedy, IReadOnlyDictionary<SkipReason, long> Skipped,
    PlannedJson Planned, long Unchanged, long Withheld, long Suppressed, long Held,
    long Accepted, long Rejected, long Unknown, long NotAttempted, long Requests, long Retries, long Throttled, long Deleted,
    long? DeletionsWithheld, long WaitingForRoom)
{
    public static RunDestinationJson Of(DestinationReport report) => new(
        report.Name, report.Kind, report.Status.Slug(), ExitCodes.Of(report.Outcome), report.Error, report.Remedy,
        report.Skipped, PlannedJson.Of(report.Planned),
        report.Unchanged, report.Withheld, report.Suppressed, report.Held,
        report.Tally.Accepted, report.Tally.Rejected, report.Tally.Unknown, report.Tally.NotAttempted,
        report.Requests.Sent, report.Requests.Retries, report.Requests.Throttled, report.Deleted,
        report.DeletionsWithheld, report.WaitingForRoom);
}

internal sealed record PlannedJson(long Create, long Update, long Renew, long Delete)
{
    public static PlannedJson Of(PlanCounts counts) => new(counts.Create, counts.Update, counts.Renew, counts.Delete);
}
