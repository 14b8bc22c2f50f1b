using System.Text.Json.Serialization;

namespace MispGraphSync.Output;

/// <summary>The JSON that the tool prints; docs/json.md describes it. Keys are added, never changed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RunJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(ExplainJson))]
[JsonSerializable(typeof(VerifyJson))]
[JsonSerializable(typeof(FindingJson))]
[JsonSerializable(typeof(RejectionJson))]
[JsonSerializable(typeof(CheckJson))]
internal sealed partial class OutputJson : JsonSerializerContext
{
    public const int Schema = 1;
}
