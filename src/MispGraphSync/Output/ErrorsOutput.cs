using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>Lists what destinations rejected.</summary>
internal static class ErrorsOutput
{
    /// <param name="run">The run asked for; null for all.</param>
    public static IItemOutput<RejectedItem> For(string format, TextWriter to, int width, long? run) => format == "text"
        ? new ErrorsText(to, width, run)
        : new RowOutput<RejectedItem>(
            to, format, item => JsonSerializer.Serialize(RejectionJson.Of(item), OutputJson.Default.RejectionJson),
            "run,destination,key,value,reason,response,event,attribute,remedy", item => RejectionJson.Of(item).Cells);
}

/// <param name="Event">A link to it where there is one, else its UUID. Value, event and attribute are null once MISP withdrew it.</param>
internal sealed record RejectionJson(
    long Run, string Destination, Guid Key, string? Value, string Reason, string Response, string? Event, Guid? Attribute, string Remedy)
{
    public static RejectionJson Of(RejectedItem item) => new(
        item.Rejection.Run, item.Rejection.Destination, item.Rejection.Key, item.Value, item.Reason, item.Rejection.Response,
        item.Event, item.Rejection.Attribute, item.Remedy);

    [JsonIgnore]
    public IEnumerable<string?> Cells =>
        [$"{Run}", Destination, $"{Key}", Value, Reason, Sanitize.ForDisplay(Response, 2_000), Event, Attribute?.ToString(), Remedy];
}
