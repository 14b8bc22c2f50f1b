using System.Text.Json;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>The four actions on many indicators: 200 when all succeeded, 206 when at least one failed.</summary>
internal sealed class TiBatches(GraphState state, TiWriter write, TimeProvider time)
{
    public const string Full = "The maximum number of indicators in the tenant has been reached.";

    public Answer Submit(ReadOnlyMemory<byte> body, string app) => Items(body, (item, now) =>
    {
        if ((TiRules.Fault(item, now) ?? Refused(item)) is { } fault) return (false, json => write.Failed(json, item, "create", fault));
        if (state.Add(app, item) is not { } added) return (false, json => write.Failed(json, item, "create", Full));
        return (true, json => write.Entity(json, added, withNulls: false));
    });

    private string? Refused(TiItem item) =>
        state.RefusedValue is { } value && item.Json.GetRawText().Contains(value, StringComparison.Ordinal)
            ? "The value is refused."
            : null;

    public Answer Update(ReadOnlyMemory<byte> body, string app) => Items(body, (item, now) =>
    {
        var found = item.Text("id") is { } id ? state.Find(app, id) : null;
        var fault = found is null ? "The indicator was not found." : TiRules.FaultOfUpdate(item, found.TargetProduct, now);
        if (fault is not null) return (false, json => write.Failed(json, item, "update", fault));

        state.Update(found!, item);
        return (true, json => write.Entity(json, found!, withNulls: false));
    });

    public Answer Delete(ReadOnlyMemory<byte> body, string app) =>
        Keys(body, key => state.Delete(app, key), "id");

    public Answer DeleteByExternalId(ReadOnlyMemory<byte> body, string app) =>
        Keys(body, key => state.DeleteByExternalId(app, key), "external id");

    private Answer Items(ReadOnlyMemory<byte> body, Func<TiItem, DateTimeOffset, (bool Good, Action<Utf8JsonWriter> Write)> handle)
    {
        using var document = JsonDocument.Parse(body);
        // One unreadable item fails the batch, so all are read before any is stored.
        var items = Values(document).Select(item => TiItem.Read(item, state.EnumFailsBatch)).ToArray();
        foreach (var item in items) item.RequireKnown(state.UndeclaredNames);
        var now = time.GetUtcNow();
        return Value([.. items.Select(item => handle(item, now))], "tiIndicator");
    }

    private Answer Keys(ReadOnlyMemory<byte> body, Func<string, bool> delete, string what)
    {
        using var document = JsonDocument.Parse(body);
        var keys = Values(document);
        if (keys.Any(key => key.ValueKind != JsonValueKind.String)) throw new UnreadableBodyException("'value' must be a list of strings.");

        var results = new List<(bool, Action<Utf8JsonWriter>)>();
        foreach (var key in keys.Select(key => key.GetString()!))
        {
            var done = delete(key);
            results.Add((done, json =>
                write.Result(json, done, done ? $"{key} was deleted." : $"No indicator with {what} '{key}' was found.")));
        }

        return Value(results, "resultInfo");
    }

    private Answer Value(List<(bool Good, Action<Utf8JsonWriter> Write)> results, string type)
    {
        if (state.ReversesAnswers) results.Reverse();
        return Answer.Json(results.All(result => result.Good) ? 200 : 206, json =>
        {
            json.WriteStartObject();
            json.WriteString("@odata.context", $"https://graph.microsoft.com/beta/$metadata#Collection({type})");
            json.WriteStartArray("value");
            foreach (var result in results) result.Write(json);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private JsonElement[] Values(JsonDocument document)
    {
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("value", out var value)
            || value.ValueKind != JsonValueKind.Array)
            throw new UnreadableBodyException("The parameter 'value' is missing or no list.");
        NoFact.RequireProperties(document.RootElement, "an action's body", "value");
        if (value.GetArrayLength() == 0) throw new UnreadableBodyException("The parameter 'value' is empty.");
        if (value.GetArrayLength() > state.MaxBatch)
            throw new UnreadableBodyException($"At most {state.MaxBatch} indicators are allowed in one request.");
        return [.. value.EnumerateArray()];
    }
}
