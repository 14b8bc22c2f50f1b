using System.Text.Json.Nodes;
using WireMock;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>
/// The upload API as documented: the latest object of an id counts, and a complete success is a 200 without a body.
/// </summary>
internal sealed class SentinelDouble : ServiceDouble
{
    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);

    /// <summary>Those that analytics would use.</summary>
    public override int Held => _objects.Values.Count(o => (bool?)o["revoked"] != true);

    /// <summary>The name of an object's list of faults: two documents disagree.</summary>
    public string ErrorList { get; set; } = "errorMessages";

    public JsonObject Object(Guid key) => _objects[$"indicator--{key:D}"];

    protected override ResponseMessage Answer(string method, string path, string? body)
    {
        if (method != "POST" || path != $"/workspaces/{StixSamples.Workspace:D}/threat-intelligence-stix-objects:upload")
            return Json(404, """{"statusCode":404,"message":"Resource not found"}""");
        var objects = JsonNode.Parse(body!)!["stixobjects"]!.AsArray();
        var errors = new JsonArray();
        for (var i = 0; i < objects.Count; i++)
        {
            if (i == Refuse) errors.Add(Error(i));
            else _objects[(string)objects[i]!["id"]!] = objects[i]!.DeepClone().AsObject();
        }
        Refuse = null;
        return Json(200, errors.Count == 0 ? "" : new JsonObject { ["errors"] = errors }.ToJsonString());
    }

    private JsonObject Error(int index) =>
        new() { ["recordIndex"] = index, [ErrorList] = new JsonArray("Error for Property=pattern: no.") };
}
