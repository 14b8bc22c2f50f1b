using System.Text.Json.Nodes;
using WireMock;

namespace MispGraphSync.Tests.Destinations.Defender;

/// <summary>
/// Defender's indicators as the contract describes them: an import makes or updates by value, one bad id spoils a batch deletion.
/// </summary>
internal sealed class DefenderDouble : ServiceDouble
{
    private const string Root = "/api/indicators";

    private int _lastId = 2840;

    public override int Held => Kept.Count;

    public List<JsonObject> Kept { get; } = [];

    protected override ResponseMessage Answer(string method, string path, string? body) => (method, path) switch
    {
        ("GET", Root) => Json(200, new JsonObject { ["value"] = new JsonArray([.. Kept.Select(i => i.DeepClone())]) }.ToJsonString()),
        ("POST", Root + "/import") => Import(JsonNode.Parse(body!)!["Indicators"]!.AsArray()),
        ("POST", Root + "/BatchDelete") => Delete([.. JsonNode.Parse(body!)!["IndicatorIds"]!.AsArray().Select(id => (string)id!)]),
        ("DELETE", _) => Delete([path[(Root.Length + 1)..]]),
        _ => Json(404, """{"error":{"code":"NotFound","message":"nothing here"}}"""),
    };

    /// <summary>Changes the results of each import.</summary>
    public Action<JsonArray>? Rewrite { get; set; }

    private ResponseMessage Import(JsonArray items)
    {
        var results = new JsonArray();
        for (var i = 0; i < items.Count; i++) results.Add(i == Refuse ? Failure(items[i]!) : Take(items[i]!));
        Refuse = null;
        Rewrite?.Invoke(results);
        return Json(200, new JsonObject { ["value"] = results }.ToJsonString());
    }

    private static JsonObject Failure(JsonNode item) => new()
    {
        ["id"] = null,
        ["indicator"] = (string)item["indicatorValue"]!,
        ["isFailed"] = true,
        ["failureReason"] = "The service says no.",
    };

    private JsonObject Take(JsonNode item)
    {
        var indicator = item.DeepClone().AsObject();
        var known = Kept.FindIndex(kept => Has("indicatorType", kept) && Has("indicatorValue", kept));
        indicator["id"] = known < 0 ? $"{++_lastId}" : (string?)Kept[known]["id"];
        if (known < 0) Kept.Add(indicator);
        else Kept[known] = indicator;
        return new JsonObject
        {
            ["id"] = (string?)indicator["id"],
            ["indicator"] = (string?)item["indicatorValue"],
            ["isFailed"] = false,
            ["failureReason"] = null,
        };

        bool Has(string name, JsonObject kept) => (string?)kept[name] == (string?)item[name];
    }

    private ResponseMessage Delete(string[] ids)
    {
        if (ids.Any(id => !Kept.Exists(i => (string?)i["id"] == id)))
            return Json(404, """{"error":{"code":"ResourceNotFound","message":"not there"}}""");
        Kept.RemoveAll(i => ids.Contains((string?)i["id"]));
        return Json(204, "");
    }
}
