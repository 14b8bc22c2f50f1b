using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>An event held as JSON, which tests may change.</summary>
internal sealed class JsonEvent(JsonObject json) : StoredEvent(json.Number("id"), json.Text("uuid"))
{
    public override JsonObject Head => json;

    public override JsonObject Load() => json;
}
