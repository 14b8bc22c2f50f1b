using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>One object that the upload API has something against.</summary>
/// <param name="Index">Its place in the request, from 0; null when the answer names none.</param>
/// <param name="Words">The service's, on one line.</param>
internal readonly record struct SentinelError(long? Index, string Words);

/// <summary>Reads what an upload's answer says of single objects. Names are read whatever their case.</summary>
internal static class SentinelResponse
{
    /// <summary>
    /// None when every object was taken: an empty answer, or one with an empty list. Null when the answer is not the upload
    /// API's: a page of a proxy, half an answer, or an error of the whole request.
    /// </summary>
    public static List<SentinelError>? Read(ReadOnlyMemory<byte> answer)
    {
        if (IsBlank(answer.Span)) return [];
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement) : null;
        }
        // InvalidOperationException: half a surrogate pair, escaped.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> answer) => answer.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private static List<SentinelError>? Read(JsonElement answer)
    {
        if (ErrorBody.Find(answer, "errors") is not { } errors) return SpeaksOfTheWhole(answer) ? null : [];
        if (errors.ValueKind != JsonValueKind.Array) return null;
        var read = new List<SentinelError>(errors.GetArrayLength());
        foreach (var error in errors.EnumerateArray())
        {
            read.Add(error.ValueKind == JsonValueKind.Object
                ? new SentinelError(Number(ErrorBody.Find(error, "recordIndex")), Words(error))
                : new SentinelError(null, ErrorBody.OneLine(error.ToString())));
        }
        return read;
    }

    private static bool SpeaksOfTheWhole(JsonElement answer) =>
        ErrorBody.Find(answer, "error") is not null
        || ErrorBody.Find(answer, "message") is not null
        || ErrorBody.Find(answer, "statusCode") is not null;

    /// <summary>The list is <c>errorMessages</c> in Microsoft's article, <c>validationErrorMessages</c> in its REST specification.</summary>
    private static string Words(JsonElement error)
    {
        var messages = ErrorBody.Find(error, "errorMessages") ?? ErrorBody.Find(error, "validationErrorMessages");
        return messages switch
        {
            { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 =>
                ErrorBody.OneLine(string.Join(" ", list.EnumerateArray().Select(m => m.ToString()))),
            { ValueKind: JsonValueKind.String } text => ErrorBody.OneLine(text.GetString()!),
            _ => ErrorBody.Read(error).Message,
        };
    }

    private static long? Number(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var index) => index,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), out var index) => index,
        _ => null,
    };
}
