using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox;

/// <summary>Short ways to read JSON where numbers may be texts and much may be absent, as it is with MISP.</summary>
internal static class Json
{
    public static string Text(this JsonObject json, string name) => json[name] switch
    {
        null => "",
        var value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var value => value.ToJsonString(),
    };

    public static bool Flag(this JsonObject json, string name) =>
        json[name]?.GetValueKind() == JsonValueKind.True || json.Text(name) == "1";

    public static long Number(this JsonObject json, string name) => long.TryParse(json.Text(name), out var number) ? number : 0;

    public static IEnumerable<JsonObject> List(this JsonObject json, string name) =>
        json[name] is JsonArray list ? list.OfType<JsonObject>() : [];

    public static IEnumerable<string> Tags(this JsonObject json) => json.List("Tag").Select(tag => tag.Text("name"));
}
