using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Graph;

/// <summary>One element of a bulk response's <c>value</c>: an entity, or a resultInfo.</summary>
internal readonly record struct GraphResult
{
    /// <summary>The service's id; null when missing or empty.</summary>
    public string? Id { get; init; }

    /// <summary>A sentence where the id would be: it failed.</summary>
    public string? ErrorInsteadOfId { get; init; }

    /// <summary>Our key, where the element repeats it.</summary>
    public Guid? ExternalId { get; init; }

    /// <summary>It repeats an externalId that is not ours.</summary>
    public bool HasForeignId { get; init; }

    /// <summary>The service's words; null when it names no error.</summary>
    public string? Error { get; init; }

    public bool IsTransient { get; init; }

    /// <summary>resultInfo's.</summary>
    public long? Code { get; init; }

    /// <summary>resultInfo's; null when missing or empty.</summary>
    public string? Message { get; init; }
}

/// <summary>
/// Reads a bulk response. The shape of a failed item is documented nowhere. Seen are the item as it was sent, with a sentence for an
/// id, and an <c>Error</c> of prose or of JSON in a string; names are read whatever their case, and an object for an error too.
/// </summary>
internal static class GraphResponse
{
    // No document lists the reasons. A wrong guess costs at most a few more attempts.
    private static readonly HashSet<string> TransientCodes = new(StringComparer.OrdinalIgnoreCase)
    {
        "activityLimitReached", "serviceNotAvailable", "tooManyRequests", "timeout", "gatewayTimeout", "internalServerError",
        "429", "500", "502", "503", "504", "509",
    };

    private static readonly string[] TransientWords =
        ["timeout", "timed out", "temporar", "try again", "throttl", "too many requests", "unavailable"];

    /// <summary>
    /// The elements in the response's order; null when it is not a JSON object with a list called <c>value</c>, or an id in it was
    /// damaged: that one exists, and nobody could name it.
    /// </summary>
    public static List<GraphResult>? Read(ReadOnlyMemory<byte> response)
    {
        var results = ResponseJson.Read(response, root =>
            root.Find("value") is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray().Select(Read).ToList() : null);
        return results?.Exists(result => result.Id?.Contains('\uFFFD', StringComparison.Ordinal) == true) == true ? null : results;
    }

    private static GraphResult Read(JsonElement element)
    {
        var result = new GraphResult();
        if (element.ValueKind != JsonValueKind.Object) return WithError(result, element);
        foreach (var property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null)
                result = With(result, JsonMarshal.GetRawUtf8PropertyName(property), property.Value);
        }

        return result;
    }

    // Most of an entity only repeats what was sent: that is not decoded.
    private static GraphResult With(GraphResult result, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (Ascii.EqualsIgnoreCase(name, "error"u8)) return WithError(result, value);
        if (Ascii.EqualsIgnoreCase(name, "code"u8)) return result with { Code = Number(value) };
        if (Ascii.EqualsIgnoreCase(name, "id"u8)) return WithId(result, value);
        if (Ascii.EqualsIgnoreCase(name, "message"u8)) return Words(value) is { } words ? result with { Message = words } : result;
        return Ascii.EqualsIgnoreCase(name, "externalId"u8) ? WithKey(result, value) : result;
    }

    private static long? Number(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.String && long.TryParse(value.ToString(), out var number) ? number : null;

    /// <summary>Null when there are none.</summary>
    private static string? Words(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && ErrorBody.OneLine(value.GetString()!) is { Length: > 0 } words ? words : null;

    /// <summary>An id has no blanks.</summary>
    private static GraphResult WithId(GraphResult result, JsonElement value)
    {
        if (Words(value) is not { } words) return result;
        var id = value.GetString()!;
        return id.Any(char.IsWhiteSpace) ? result with { ErrorInsteadOfId = words } : result with { Id = id };
    }

    private static GraphResult WithKey(GraphResult result, JsonElement value)
    {
        if (Words(value) is null) return result;
        return Guid.TryParse(value.GetString(), out var key) ? result with { ExternalId = key } : result with { HasForeignId = true };
    }

    /// <summary>An empty error is none: what failed has no id either.</summary>
    private static GraphResult WithError(GraphResult result, JsonElement value)
    {
        var error = ErrorBody.Read(value);
        return error.ToString() is { Length: > 0 } words ? result with { Error = words, IsTransient = IsTransient(error) } : result;
    }

    private static bool IsTransient(ErrorBody error) => error.Code is { } code
        ? TransientCodes.Contains(code)
        : error.Message.ContainsAny(TransientWords);
}
