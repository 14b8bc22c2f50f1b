using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Output;

/// <summary>The report of a run as one JSON object, schema 1: keys are only ever added.</summary>
internal static class RunJson
{
    public const int Schema = 1;

    public static void Write(Utf8JsonWriter json, RunReport report)
    {
        json.WriteStartObject();
        json.WriteNumber("schema", Schema);
        json.WriteNumber("runId", report.RunId);
        json.WriteString("status", Slug(report.Status));
        json.WriteNumber("exitCode", ExitCodes.Of(report.Outcome));
        json.WriteNumber("durationMs", (long)report.Duration.TotalMilliseconds);
        json.WritePropertyName("source");
        Write(json, report.Source);
        json.WriteStartArray("destinations");
        foreach (var destination in report.Destinations) Write(json, destination);
        json.WriteEndArray();
        if (report.Imbalances.Count > 0) WriteTexts(json, "imbalances", report.Imbalances);
        json.WriteEndObject();
    }

    public static string Text(RunReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) Write(json, report);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    public static string Slug(RunStatus status) => status switch
    {
        RunStatus.Completed => "completed",
        RunStatus.CompletedWithErrors => "completed-with-errors",
        RunStatus.Partial => "partial",
        RunStatus.Refused => "refused",
        RunStatus.Interrupted => "interrupted",
        _ => "failed",
    };

    private static void Write(Utf8JsonWriter json, SourceReport source)
    {
        json.WriteStartObject();
        json.WriteString("name", source.Name);
        json.WriteString("kind", source.Kind);
        json.WriteBoolean("complete", source.Complete);
        json.WriteNumber("events", source.Events);
        json.WriteNumber("eventsUnchanged", source.EventsUnchanged);
        json.WriteNumber("eventsAged", source.EventsAged);
        json.WriteNumber("eventsWithdrawn", source.EventsWithdrawn);
        json.WriteNumber("attributes", source.Attributes);
        json.WriteNumber("mapped", source.Mapped);
        json.WriteNumber("context", source.Context);
        WriteReasons(json, source.Skipped);
        if (source.Gaps.Count > 0) WriteTexts(json, "gaps", source.Gaps);
        json.WriteString("error", source.Error);
        json.WriteString("remedy", source.Remedy);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DestinationReport destination)
    {
        json.WriteStartObject();
        json.WriteString("name", destination.Name);
        json.WriteString("kind", destination.Kind);
        json.WriteString("status", Slug(destination.Status));
        json.WriteNumber("exitCode", ExitCodes.Of(destination.Outcome));
        json.WriteString("error", destination.Error);
        json.WriteString("remedy", destination.Remedy);
        WriteReasons(json, destination.Skipped);
        json.WriteStartObject("planned");
        json.WriteNumber("create", destination.Planned.Create);
        json.WriteNumber("update", destination.Planned.Update);
        json.WriteNumber("renew", destination.Planned.Renew);
        json.WriteNumber("delete", destination.Planned.Delete);
        json.WriteEndObject();
        json.WriteNumber("unchanged", destination.Unchanged);
        json.WriteNumber("withheld", destination.Withheld);
        json.WriteNumber("heldBack", destination.Suppressed);
        json.WriteNumber("held", destination.Held);
        json.WriteNumber("accepted", destination.Tally.Accepted);
        json.WriteNumber("rejected", destination.Tally.Rejected);
        json.WriteNumber("unknown", destination.Tally.Unknown);
        json.WriteNumber("notAttempted", destination.Tally.NotAttempted);
        json.WriteNumber("requests", destination.Requests.Sent);
        json.WriteNumber("retries", destination.Requests.Retries);
        json.WriteNumber("throttled", destination.Requests.Throttled);
        json.WriteNumber("deleted", destination.Deleted);
        json.WriteEndObject();
    }

    private static void WriteReasons(Utf8JsonWriter json, IReadOnlyDictionary<SkipReason, long> skipped)
    {
        json.WriteStartObject("skipped");
        foreach (var (reason, count) in skipped) json.WriteNumber(reason.Slug(), count);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
