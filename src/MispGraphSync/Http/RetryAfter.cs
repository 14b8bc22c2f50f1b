using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace MispGraphSync.Http;

/// <summary>How long a service asks to wait.</summary>
internal static partial class RetryAfter
{
    // More than any message about a wait takes.
    private const int LongestMessage = 4096;

    /// <summary>From the header, in seconds or as a date; never negative; null when there is none that can be read.</summary>
    public static TimeSpan? FromHeader(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var wait = header?.Delta ?? (header?.Date - now);
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>From the header; MISP sends none with 429, but the seconds until its counter is reset.</summary>
    public static TimeSpan? FromHeaders(HttpResponseMessage response, DateTimeOffset now) =>
        FromHeader(response.Headers.RetryAfter, now) ?? (response.StatusCode == HttpStatusCode.TooManyRequests
            && response.Headers.TryGetValues("X-Rate-Limit-Reset", out var values)
            && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : null);

    /// <summary>From the words of the answer: "Try again in 12 seconds."</summary>
    public static TimeSpan? FromBody(ReadOnlySpan<byte> answer)
    {
        if (answer.Length > LongestMessage) return null;
        var match = Words().Match(Encoding.UTF8.GetString(answer));
        return match.Success
            ? TimeSpan.FromSeconds(int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))
            : null;
    }

    [GeneratedRegex(@"again in ([0-9]{1,6}) ?s", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
