using System.Text.Json;
using MispGraphSync.Ledger;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

internal sealed record StatusJson(
    int Schema, string Now, string Ledger, RunLockJson? Lock, IReadOnlyList<PastRunJson> Runs,
    IReadOnlyList<StatusDestinationJson> Destinations, IReadOnlyList<StatusSourceJson> Sources)
{
    public static string Text(StatusReport report) => JsonSerializer.Serialize(
        new StatusJson(
            OutputJson.Schema, Times.Iso(report.Now), report.Ledger,
            report.Lock is { } owner ? new RunLockJson(owner.Host, owner.Process, Times.Iso(owner.Started)) : null,
            [.. report.Runs.Select(PastRunJson.Of)],
            [.. report.Destinations.Select(StatusDestinationJson.Of)],
            [.. report.Sources.Select(StatusSourceJson.Of)]),
        OutputJson.Default.StatusJson);
}

internal sealed record RunLockJson(string Host, long Process, string Started);

internal sealed record PastRunJson(
    long Run, string Command, string Started, string? Ended, long? DurationMs, string? Status, int? ExitCode,
    IReadOnlyList<PastDestinationJson> Destinations)
{
    public static PastRunJson Of(PastRun run) => new(
        run.Id, run.Command, Times.Iso(run.Started), Times.Iso(run.Ended), (long?)(run.Ended - run.Started)?.TotalMilliseconds,
        run.Status, run.ExitCode, [.. RunJson.DestinationsOf(run.Report).Select(PastDestinationJson.Of)]);
}

internal sealed record PastDestinationJson(string Name, long Accepted, long Deleted, long Rejected, long Unknown, long NotAttempted)
{
    public static PastDestinationJson Of(RunDestinationJson one) =>
        new(one.Name, one.Accepted, one.Deleted, one.Rejected, one.Unknown, one.NotAttempted);
}

internal sealed record StatusDestinationJson(
    string Name, string Kind, bool Configured, bool Enabled, long Held, int? Capacity, long TurnedDown, long Pending,
    bool PlansEverything, IReadOnlyList<OpenRequestsJson> OpenRequests, ExpiriesJson Expiries, ExpiriesJson Renewals)
{
    public static StatusDestinationJson Of(DestinationStatus status) => new(
        status.Info.Name, status.Info.Kind, status.IsConfigured, status.IsEnabled, status.Held, status.Capacity, status.Rejected,
        status.Pending, status.PlansEverything, [.. status.OpenRequests.Select(open => new OpenRequestsJson(open.Run, open.Count))],
        ExpiriesJson.Of(status.Expiries), ExpiriesJson.Of(status.Renewals));
}

internal sealed record OpenRequestsJson(long Run, long Requests);

internal sealed record ExpiriesJson(long Past, long Today, long Within7Days, long Within30Days, string? Next)
{
    public static ExpiriesJson Of(ExpirySummary summary) =>
        new(summary.Past, summary.Today, summary.Within7Days, summary.Within30Days, Times.Iso(summary.Next));
}

internal sealed record StatusSourceJson(
    string Name, long Events, long Aged, string? LastCompleteRead, string? LastFullRead, string? NextFullRead)
{
    public static StatusSourceJson Of(SourceStatus status) => new(
        status.Row.Name, status.Row.Events, status.Row.Aged, Times.Iso(status.Row.ReadAt), Times.Iso(status.Row.FullReadAt),
        Times.Iso(status.NextFullRead));
}
