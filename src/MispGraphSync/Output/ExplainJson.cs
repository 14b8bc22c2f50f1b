using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Output.Explain;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>The explanation as one JSON object, schema 1: keys are only ever added. Documented in docs/json.md.</summary>
internal static class ExplainJson
{
    public static string Text(Explanation explanation) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("schema", RunJson.Schema);
        json.WriteString("asked", explanation.Asked);
        json.WriteBoolean("seen", explanation.IsSeen);
        Array(json, "sightings", explanation.Sources, Write);
        Array(json, "skipped", explanation.Skipped, Write);
        Array(json, "indicators", explanation.Indicators, Write);
        Array(json, "prospects", explanation.Forecasts, Write);
        json.WriteString("defanged", explanation.Defanged?.Slug());
        if (explanation.InMisp is { } hits) Array(json, "misp", hits, Write);
        else json.WriteNull("misp");
        json.WriteString("mispNote", explanation.MispNote);
        Array(json, "logs", explanation.Logs, (writer, log) => writer.WriteStringValue(log));
        json.WriteBoolean("cut", explanation.IsTruncated);
        json.WriteBoolean("logsCut", explanation.AreLogsTruncated);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, ExplainedSource sighting)
    {
        json.WriteStartObject();
        json.WriteString("source", sighting.Event.Source);
        json.WriteString("event", sighting.Event.Uuid);
        json.WriteString("link", sighting.Event.Link);
        json.WriteString("info", sighting.Info);
        Array(json, "eventTags", sighting.EventTags, (writer, tag) => writer.WriteStringValue(tag));
        json.WriteBoolean("aged", sighting.IsAged);
        json.WriteString("attribute", sighting.Source.Attribute);
        json.WriteString("type", sighting.Source.Type);
        json.WriteString("category", sighting.Source.Category);
        Array(json, "tags", sighting.Row.Own.AllTags, (writer, tag) => writer.WriteStringValue(tag));
        Array(json, "combination", sighting.Source.Combined, Write);
        json.WriteString("single", sighting.Source.Single is { } single ? ObservableText.Of(single) : null);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExplainedSkip skipped)
    {
        json.WriteStartObject();
        json.WriteString("source", skipped.Event.Source);
        json.WriteString("event", skipped.Event.Uuid);
        json.WriteString("link", skipped.Event.Link);
        json.WriteString("attribute", skipped.Attribute);
        json.WriteString("type", skipped.Type);
        json.WriteString("reason", skipped.Reason);
        json.WriteString("meaning", skipped.Meaning);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExplainedIndicator indicator)
    {
        json.WriteStartObject();
        json.WriteString("destination", indicator.Destination.Name);
        json.WriteString("kind", indicator.Destination.Kind);
        Array(json, "observables", indicator.Observables, Write);
        json.WriteString("state", indicator.State.Slug());
        json.WriteString("meaning", indicator.State.Meaning());
        json.WriteString("reason", indicator.Reason?.Slug());
        json.WriteString("key", indicator.Key?.ToString("D"));
        WriteHeld(json, indicator);
        WriteTurnedDown(json, indicator);
        json.WriteBoolean("pending", indicator.Standing.IsPending);
        Number(json, "unansweredIn", indicator.Standing.UnconfirmedSince);
        Array(json, "logs", indicator.Logs, (writer, log) => writer.WriteStringValue(log));
        json.WriteEndObject();
    }

    private static void WriteHeld(Utf8JsonWriter json, ExplainedIndicator indicator)
    {
        var held = indicator.Standing.Held;
        json.WriteString("id", held?.Indicator.Id);
        Number(json, "since", held?.FirstRun);
        Number(json, "sent", held?.Run);
        json.WriteString("sinceAt", Times.Iso(indicator.FirstSentAt));
        json.WriteString("sentAt", Times.Iso(indicator.SentAt));
        json.WriteString("expires", Times.Iso(held?.Indicator.Expires));
        json.WriteString("renews", held is { Indicator: var there } && there.RenewAt < there.Expires ? Times.Iso(there.RenewAt) : null);
    }

    private static void WriteTurnedDown(Utf8JsonWriter json, ExplainedIndicator indicator)
    {
        if (indicator.Standing.Rejected is not { } turnedDown)
        {
            json.WriteNull("turnedDown");
            return;
        }

        json.WriteStartObject("turnedDown");
        json.WriteString("step", turnedDown.Action.ToString().ToLowerInvariant());
        json.WriteString("response", turnedDown.Response);
        json.WriteNumber("attempts", turnedDown.Attempts);
        json.WriteNumber("run", turnedDown.Run);
        json.WriteBoolean("sentAgain", turnedDown.IsResent);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Forecast prospect)
    {
        json.WriteStartObject();
        json.WriteString("type", prospect.Type);
        Array(json, "observables", prospect.Observables, Write);
        json.WriteStartObject("destinations");
        foreach (var (destination, refusal) in prospect.SkippedBy) json.WriteString(destination, refusal?.Slug());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MispGraphSync.Sources.Misp.MispHit hit)
    {
        json.WriteStartObject();
        json.WriteString("event", hit.Event);
        json.WriteString("info", hit.Info);
        json.WriteString("link", hit.Link);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Observable observable) => json.WriteStringValue(ObservableText.Of(observable));

    private static void Number(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known) json.WriteNumber(name, known);
        else json.WriteNull(name);
    }

    private static void Array<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
    }
}
