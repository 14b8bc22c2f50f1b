using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>One object that the upload API rejects.</summary>
/// <param name="Index">Its position in the request, from 0; null when the response names none.</param>
/// <param name="Words">The service's, on one line.</param>
internal readonly record struct SentinelError(long? Index, string Words);

/// <summary>Reads what an upload's response says of single objects.</summary>
internal static class SentinelResponse
{
    // A wrong guess costs at most a few more attempts.
    private static readonly string[] TransientWords =
        ["try again", "temporar", "timed out", "timeout", "throttl", "internal error", "internal server error"];

    /// <summary>
    /// None when every object was taken: an empty response, or one with an empty list. Null when the response is not the upload
    /// API's: a page of a proxy, half a response, or an error of the whole request.
    /// </summary>
    public static List<SentinelError>? Read(ReadOnlyMemory<byte> response) =>
        response.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0 ? [] : ResponseJson.Read(response, Read);

    /// <summary>
    /// Of a good response: objects that are not named were taken. Null when it names a position that the request does not have.
    /// </summary>
    public static StepOutcome[]? OutcomesOf(List<SentinelError> errors, int count)
    {
        var outcomes = StepOutcome.Each(count, new StepOutcome.Accepted(null));
        return Mark(outcomes, errors) ? outcomes : null;
    }

    /// <summary>Of a 400: nothing was taken. Null unless each object is named with its error.</summary>
    public static StepOutcome[]? OutcomesOfRejection(List<SentinelError> errors, int count)
    {
        var outcomes = new StepOutcome[count];
        return errors.Count > 0 && Mark(outcomes, errors) && Array.TrueForAll(outcomes, outcome => outcome is not null) ? outcomes : null;
    }

    private static bool Mark(StepOutcome[] outcomes, List<SentinelError> errors)
    {
        foreach (var error in errors)
        {
            // The error of a single object is its own, whatever the position it names.
            var position = outcomes.Length == 1 ? 0 : error.Index ?? -1;
            if (position < 0 || position >= outcomes.Length) return false;
            var words = error.Words.Length > 0 ? error.Words : "Refused without a reason.";
            if (outcomes[position] is StepOutcome.Rejected { Response: var earlier }) words = $"{earlier} {words}";
            outcomes[position] = CapacityError.ToRejection(words, words.ContainsAny(TransientWords));
        }

        return true;
    }

    private static List<SentinelError>? Read(JsonElement response)
    {
        if (response.ValueKind != JsonValueKind.Object) return null;
        if (response.Find("errors") is null) return IsErrorOfRequest(response) ? null : [];
        if (response.List("errors") is not { } errors) return null;
        return
        [
            .. errors.Select(error => error.ValueKind == JsonValueKind.Object
                ? new SentinelError(long.TryParse(error.Text("recordIndex"), out var index) ? index : null, Words(error))
                : new SentinelError(null, ErrorBody.OneLine(error.ToString()))),
        ];
    }

    private static bool IsErrorOfRequest(JsonElement response) =>
        response.Find("error") is not null || response.Find("message") is not null || response.Find("statusCode") is not null;

    /// <summary>
    /// The list is <c>errorMessages</c> in Microsoft's article, <c>validationErrorMessages</c> in its REST specification.
    /// </summary>
    private static string Words(JsonElement error) => (error.Find("errorMessages") ?? error.Find("validationErrorMessages")) switch
    {
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() > 0 =>
            ErrorBody.OneLine(string.Join(" ", list.EnumerateArray())),
        { ValueKind: JsonValueKind.String } text => ErrorBody.OneLine(text.GetString()!),
        _ => ErrorBody.Read(error).Message,
    };
}
