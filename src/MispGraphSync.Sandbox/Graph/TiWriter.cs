using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>Writes what Graph answers: entities, failed items, results, errors.</summary>
internal sealed class TiWriter(GraphState state, Guid tenant)
{
    private static readonly ulong Defaulted = TiProperties.BitsOf("isActive", "passiveOnly", "severity");

    private static readonly ulong ReadOnly = TiProperties.BitsOf("id", "azureTenantId", "ingestedDateTime");

    private readonly ConcurrentDictionary<(ulong Present, bool WithNulls), byte[]> _tails = new();

    /// <summary>An entity; a read one has every declared property, null where it is not set.</summary>
    public void Entity(Utf8JsonWriter json, TiIndicator indicator, bool withNulls)
    {
        // The item's own text between what the service puts before and after it.
        var item = indicator.IsPlain ? indicator.Item.Span : Cleaned(indicator);
        var tail = _tails.GetOrAdd((indicator.Present, withNulls), Tail);
        var entity = ArrayPool<byte>.Shared.Rent(item.Length + tail.Length + 256);
        Utf8.TryWrite(
            entity,
            $"{{\"id\":\"{indicator.Id}\",\"azureTenantId\":\"{tenant}\",\"ingestedDateTime\":\"{indicator.Ingested.UtcDateTime:O}\",",
            out var length);
        item[1..^1].CopyTo(entity.AsSpan(length));
        length += item.Length - 2;
        tail.CopyTo(entity.AsSpan(length));
        json.WriteRawValue(entity.AsSpan(0, length + tail.Length), skipInputValidation: true);
        ArrayPool<byte>.Shared.Return(entity);
    }

    /// <summary>
    /// One failed item, as users have recorded it: what was sent, with a sentence for an id and an error, which is JSON in a string or
    /// prose.
    /// </summary>
    /// <param name="verb">What failed.</param>
    public void Failed(Utf8JsonWriter json, TiItem item, string verb, string message)
    {
        json.WriteStartObject();
        json.WriteString("id", $"Failed to {verb}, check Error element for reason");
        var isJson = state.ErrorForm switch
        {
            TiErrorForm.Json or TiErrorForm.Object => true,
            TiErrorForm.Prose => false,
            _ => item.IsForDefender,
        };
        var error = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = "InvalidInput",
                ["message"] = message,
                ["target"] = "00000000-5a5d-4b0c-8000-0000000000bb",
            },
        };
        json.WritePropertyName("Error");
        if (state.ErrorForm == TiErrorForm.Object) error["error"]!.WriteTo(json);
        else if (isJson) json.WriteStringValue(error.ToJsonString());
        else json.WriteStringValue(
            $"Target: body - ValidationFailed - One or more errors.\nTarget: tiIndicator - ValidationFailed - {message}");
        foreach (var property in item.Json.EnumerateObject())
        {
            if (property.Name != "id") property.WriteTo(json);
        }

        json.WriteEndObject();
    }

    /// <summary>The code is a number in the metadata, and was recorded as a text.</summary>
    public void Result(Utf8JsonWriter json, bool done, string message)
    {
        json.WriteStartObject();
        var code = done ? 204 : 404;
        if (state.NumericResultCodes) json.WriteNumber("code", code);
        else json.WriteString("code", $"{code}");
        json.WriteString("message", message);
        json.WriteNumber("subcode", 0);
        json.WriteEndObject();
    }

    /// <summary>Without what is read-only, null, or undeclared and not echoed.</summary>
    private ReadOnlySpan<byte> Cleaned(TiIndicator indicator)
    {
        using var item = JsonDocument.Parse(indicator.Item);
        var buffer = new ArrayBufferWriter<byte>(indicator.Item.Length);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var property in item.RootElement.EnumerateObject())
            {
                var kept = TiProperties.IsDeclared(property.Name)
                    ? (TiProperties.Bit(property.Name) & indicator.Present & ~ReadOnly) != 0
                    : state.EchoesUndeclared;
                if (kept) property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }

    private static byte[] Tail((ulong Present, bool WithNulls) wanted)
    {
        var tail = new StringBuilder();
        for (var number = 0; number < TiProperties.Names.Length; number++)
        {
            var bit = 1UL << number;
            if ((bit & (wanted.Present | ReadOnly)) != 0) continue;

            if ((bit & Defaulted) != 0) tail.Append($",\"{TiProperties.Names[number]}\":{Default(TiProperties.Names[number])}");
            else if (wanted.WithNulls) tail.Append($",\"{TiProperties.Names[number]}\":null");
        }

        return Encoding.UTF8.GetBytes(tail.Append('}').ToString());
    }

    private static string Default(string name) => name switch { "isActive" => "true", "passiveOnly" => "false", _ => "3" };
}
