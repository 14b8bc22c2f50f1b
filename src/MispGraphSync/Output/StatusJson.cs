using System.Text.Json;
using MispGraphSync.Ledger;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>The status as one JSON object, schema 1: keys are only ever added. Documented in docs/json.md.</summary>
internal static class StatusJson
{
    public static string Text(StatusReport report) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("schema", RunJson.Schema);
        json.WriteString("now", Times.Iso(report.Now));
        json.WriteString("ledger", report.Ledger);
        WriteLock(json, report.Lock);
        json.WriteStartArray("runs");
        foreach (var run in report.Runs) Write(json, run);
        json.WriteEndArray();
        json.WriteStartArray("destinations");
        foreach (var destination in report.Destinations) Write(json, destination);
        json.WriteEndArray();
        json.WriteStartArray("sources");
        foreach (var source in report.Sources) Write(json, source);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteLock(Utf8JsonWriter json, LockOwner? owner)
    {
        if (owner is null)
        {
            json.WriteNull("lock");
            return;
        }

        json.WriteStartObject("lock");
        json.WriteString("host", owner.Host);
        json.WriteNumber("process", owner.Process);
        json.WriteString("started", Times.Iso(owner.Started));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PastRun run)
    {
        json.WriteStartObject();
        json.WriteNumber("run", run.Id);
        json.WriteString("command", run.Command);
        json.WriteString("started", Times.Iso(run.Started));
        json.WriteString("ended", Times.Iso(run.Ended));
        if (run.Ended is { } ended) json.WriteNumber("durationMs", (long)(ended - run.Started).TotalMilliseconds);
        else json.WriteNull("durationMs");
        json.WriteString("status", run.Status);
        if (run.ExitCode is { } code) json.WriteNumber("exitCode", code);
        else json.WriteNull("exitCode");
        json.WriteStartArray("destinations");
        foreach (var one in PastRunCounts.Read(run.Report))
        {
            json.WriteStartObject();
            json.WriteString("name", one.Destination);
            json.WriteNumber("accepted", one.Accepted);
            json.WriteNumber("deleted", one.Deleted);
            json.WriteNumber("rejected", one.Rejected);
            json.WriteNumber("unknown", one.Unknown);
            json.WriteNumber("notAttempted", one.NotAttempted);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DestinationStatus destination)
    {
        json.WriteStartObject();
        json.WriteString("name", destination.Info.Name);
        json.WriteString("kind", destination.Info.Kind);
        json.WriteBoolean("configured", destination.IsConfigured);
        json.WriteBoolean("enabled", destination.IsEnabled);
        json.WriteNumber("held", destination.Held);
        if (destination.Capacity is { } capacity) json.WriteNumber("capacity", capacity);
        else json.WriteNull("capacity");
        json.WriteNumber("turnedDown", destination.Rejected);
        json.WriteNumber("pending", destination.Pending);
        json.WriteBoolean("plansEverything", destination.PlansEverything);
        json.WriteStartArray("openRequests");
        foreach (var open in destination.OpenRequests)
        {
            json.WriteStartObject();
            json.WriteNumber("run", open.Run);
            json.WriteNumber("requests", open.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Write(json, "expiries", destination.Expiries);
        Write(json, "renewals", destination.Renewals);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ExpirySummary term)
    {
        json.WriteStartObject(name);
        json.WriteNumber("past", term.Past);
        json.WriteNumber("today", term.Today);
        json.WriteNumber("within7Days", term.Within7Days);
        json.WriteNumber("within30Days", term.Within30Days);
        json.WriteString("next", Times.Iso(term.Next));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, SourceStatus source)
    {
        json.WriteStartObject();
        json.WriteString("name", source.Row.Name);
        json.WriteNumber("events", source.Row.Events);
        json.WriteNumber("aged", source.Row.Aged);
        json.WriteString("lastCompleteRead", Times.Iso(source.Row.ReadAt));
        json.WriteString("lastFullRead", Times.Iso(source.Row.FullReadAt));
        json.WriteString("nextFullRead", Times.Iso(source.NextFullRead));
        json.WriteEndObject();
    }
}
