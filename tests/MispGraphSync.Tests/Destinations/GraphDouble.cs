using System.Text.Json.Nodes;
using WireMock;

namespace MispGraphSync.Tests.Destinations;

/// <summary>tiIndicators as the contract describes them. A submit always creates: nothing is recognised as sent before.</summary>
internal sealed class GraphDouble : ServiceDouble
{
    private const string Root = "/beta/security/tiIndicators";

    private readonly List<JsonObject> _held = [];
    private int _lastId;

    public override int Held => _held.Count;

    /// <summary>The indicators held, oldest first.</summary>
    public IReadOnlyList<JsonObject> Indicators => _held;

    public int PageSize { get; set; } = 1000;

    protected override ResponseMessage Answer(string method, string path, string? body) => path switch
    {
        Root => Page(0),
        _ when path.StartsWith(Root + "/page/", StringComparison.Ordinal) => Page(int.Parse(path[(Root.Length + 6)..])),
        Root + "/submitTiIndicators" => Each(body!, item => Submit(item.AsObject())),
        Root + "/updateTiIndicators" => Each(body!, item => Update(item.AsObject())),
        Root + "/deleteTiIndicators" => Each(body!, item => Delete("id", (string)item!)),
        Root + "/deleteTiIndicatorsByExternalId" => Each(body!, item => Delete("externalId", (string)item!)),
        _ => Json(404, """{"error":{"code":"itemNotFound","message":"nothing here"}}"""),
    };

    private ResponseMessage Page(int from)
    {
        var page = new JsonObject { ["value"] = new JsonArray([.. _held.Skip(from).Take(PageSize).Select(i => i.DeepClone())]) };
        if (from + PageSize < _held.Count) page["@odata.nextLink"] = new Uri(Endpoint, $"{Root}/page/{from + PageSize}").AbsoluteUri;
        return Json(200, page.ToJsonString());
    }

    private ResponseMessage Each(string body, Func<JsonNode, JsonNode> one)
    {
        var items = JsonNode.Parse(body)!["value"]!.AsArray();
        var results = new JsonArray();
        for (var i = 0; i < items.Count; i++) results.Add(i == Refuse ? Failure(items[i]!) : one(items[i]!));
        var failed = Refuse is not null;
        Refuse = null;
        return Json(failed ? 206 : 200, new JsonObject { ["value"] = results }.ToJsonString());
    }

    private static JsonObject Failure(JsonNode item)
    {
        var failure = new JsonObject { ["Error"] = new JsonObject { ["message"] = "The provider says no." } };
        if (item is JsonObject o) failure["externalId"] = (string?)o["externalId"];
        return failure;
    }

    private JsonObject Submit(JsonObject item)
    {
        var indicator = item.DeepClone().AsObject();
        indicator["id"] = $"00000000-0000-4000-8000-{++_lastId:d12}";
        _held.Add(indicator);
        return indicator.DeepClone().AsObject();
    }

    private JsonObject Update(JsonObject item)
    {
        if (_held.Find(h => (string?)h["id"] == (string?)item["id"]) is not { } held) return new JsonObject { ["error"] = "not found" };
        foreach (var (name, value) in item) held[name] = value?.DeepClone();
        return held.DeepClone().AsObject();
    }

    private JsonObject Delete(string name, string value) =>
        _held.RemoveAll(h => (string?)h[name] == value) > 0
            ? new JsonObject { ["code"] = 0, ["message"] = "", ["subcode"] = 0 }
            : new JsonObject { ["code"] = 404, ["message"] = $"{value} was not found.", ["subcode"] = 0 };
}
