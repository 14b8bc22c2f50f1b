using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Settings;

namespace MispGraphSync.Tests.Settings;

/// <summary>config.schema.json, made from the table: completion and checks in editors. The reader checks more.</summary>
internal static class SettingsSchema
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    public static string Write()
    {
        var root = Object(SomeSettings.Table.All.Where(k => k.Scope != KeyScope.Destination), kind: null, mayBeNull: false);
        var properties = root["properties"]!.AsObject();
        var source = properties["misp"]!.AsObject();
        properties["misp"] = new JsonObject
        {
            ["description"] = "Where the indicators come from: one source, or a list of several.",
            ["oneOf"] = new JsonArray(
                source.DeepClone(), new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = source.DeepClone() }),
        };
        properties.Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        properties["destinations"] = new JsonObject
        {
            ["description"] = "Where the indicators go.",
            ["type"] = "array",
            ["items"] = new JsonObject { ["oneOf"] = new JsonArray([.. SomeSettings.Table.Kinds.Select(kind => Destination(kind.Name))]) },
        };

        root.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        root.Insert(1, "title", "Settings of misp-graph");
        return root.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Destination(string kind)
    {
        var schema = Object(SomeSettings.Table.All.Where(k => k.BelongsTo(kind)), kind, mayBeNull: true);
        schema["properties"]!["kind"]!.AsObject().Remove("enum");
        schema["properties"]!["kind"]!.AsObject()["const"] = kind;
        schema.Insert(0, "title", $"a {kind} destination");
        schema["required"] = new JsonArray("name", "kind");
        return schema;
    }

    private static JsonObject Object(IEnumerable<SettingKey> keys, string? kind, bool mayBeNull, int depth = 0)
    {
        var properties = new JsonObject();
        foreach (var group in keys.GroupBy(k => k.Path.Split('.')[depth]))
        {
            var isNested = group.Any(k => k.Path.Split('.').Length > depth + 1);
            properties[group.Key] = isNested ? Object(group, kind, mayBeNull, depth + 1) : Property(group.Single(), kind, mayBeNull);
        }

        return new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JsonObject Property(SettingKey key, string? kind, bool inDestination)
    {
        var schema = JsonNode.Parse(key.Type.Schema)!.AsObject();
        schema.Insert(0, "description", key.Meaning);
        var inherits = inDestination && key.Scope == KeyScope.Overridable;
        if (!inherits && key.DefaultFor(kind) is { } json) schema["default"] = JsonNode.Parse(json);
        if (key.Example is { } example) schema["examples"] = new JsonArray(JsonNode.Parse(example));
        return inherits || (key.Default is null && key.Path is not ("name" or "kind")) ? OrNull(schema) : schema;
    }

    /// <summary>null means: none, or the common value.</summary>
    private static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"] is JsonValue type) schema["type"] = new JsonArray(type.GetValue<string>(), "null");
        else if (schema["type"] is JsonArray types) types.Add("null");
        if (schema["enum"] is JsonArray words) words.Add(null);
        return schema;
    }
}
