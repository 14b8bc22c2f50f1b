using System.Text.Json;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>Writes what Graph answers: entities, failed items, results, errors.</summary>
internal sealed class TiWriter(GraphState state, Guid tenant)
{
    private static readonly string[] AllDeclared =
        [.. TiProperties.Declared.Where(property => property.Value != TiProperties.Kind.ReadOnly).Select(property => property.Key).Order(StringComparer.Ordinal)];

    /// <summary>An entity; a read one has every declared property, null where it is not set.</summary>
    public void Entity(Utf8JsonWriter json, TiIndicator indicator, bool withNulls)
    {
        using var item = JsonDocument.Parse(indicator.Item);
        json.WriteStartObject();
        json.WriteString("id", indicator.Id);
        json.WriteString("azureTenantId", tenant);
        json.WriteString("ingestedDateTime", indicator.Ingested.UtcDateTime);
        foreach (var property in item.RootElement.EnumerateObject())
        {
            var declared = TiProperties.Declared.TryGetValue(property.Name, out var kind);
            if (kind == TiProperties.Kind.ReadOnly && declared) continue;
            if (declared || state.EchoesUndeclared) property.WriteTo(json);
        }

        Defaults(json, item.RootElement);
        if (withNulls)
        {
            foreach (var name in AllDeclared)
            {
                if (name is not ("isActive" or "severity" or "passiveOnly") && !item.RootElement.TryGetProperty(name, out _)) json.WriteNull(name);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>One failed item. No document says its shape; this is the sample's reading of it.</summary>
    public void Failed(Utf8JsonWriter json, JsonElement item, string message)
    {
        json.WriteStartObject();
        if (state.ErrorIsString)
        {
            json.WriteString(state.ErrorKey, message);
        }
        else
        {
            json.WriteStartObject(state.ErrorKey);
            json.WriteString("code", "invalidRequest");
            json.WriteString("message", message);
            json.WriteEndObject();
        }

        if (state.EchoesExternalIdOfFailed && TiRules.Text(item, "externalId") is { } externalId) json.WriteString("externalId", externalId);
        json.WriteEndObject();
    }

    public void Result(Utf8JsonWriter json, bool done, string message)
    {
        json.WriteStartObject();
        json.WriteNumber("code", done ? state.SuccessCode : 404);
        json.WriteString("message", message);
        json.WriteNumber(state.SubcodeName, 0);
        json.WriteEndObject();
    }

    private static void Defaults(Utf8JsonWriter json, JsonElement item)
    {
        if (!TiRules.Has(item, "isActive")) json.WriteBoolean("isActive", true);
        if (!TiRules.Has(item, "passiveOnly")) json.WriteBoolean("passiveOnly", false);
        if (!TiRules.Has(item, "severity")) json.WriteNumber("severity", 3);
    }
}
