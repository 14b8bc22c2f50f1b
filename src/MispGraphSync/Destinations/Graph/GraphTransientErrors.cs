using System.Collections.Frozen;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Whether an item's error may pass another time. No document lists the reasons: known are Graph's codes, and a few words
/// say the same where there is only text. A wrong guess costs at most a few more tries.
/// </summary>
internal static class GraphTransientErrors
{
    private static readonly FrozenSet<string> Codes = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "activityLimitReached", "serviceNotAvailable", "tooManyRequests", "timeout", "gatewayTimeout", "internalServerError",
        "429", "500", "502", "503", "504", "509");

    private static readonly string[] Words =
        ["timeout", "timed out", "temporar", "try again", "throttl", "too many requests", "unavailable"];

    public static bool IsTransient(ErrorBody error) => error.Code is { } code
        ? Codes.Contains(code)
        : Words.Any(w => error.Message.Contains(w, StringComparison.OrdinalIgnoreCase));
}
