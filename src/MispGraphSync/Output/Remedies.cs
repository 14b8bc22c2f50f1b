using System.Text.RegularExpressions;
using MispGraphSync.Destinations;

namespace MispGraphSync.Output;

/// <summary>
/// What to do about a service's response: a table from whole words to remedies, where the first match counts. A star is any end
/// of a word. Codes are read word by word: InvalidIpAddress is "invalid ip address".
/// </summary>
internal static partial class Remedies
{
    /// <summary>Asked before those of the kind.</summary>
    private static readonly Remedy[] First =
    [
        new(
            [
                "token expired", "token has expired", "token is expired", "expired token", "invalid token", "token is invalid",
                "access token", "security token", "client assertion",
            ],
            "The token was no longer valid when the request arrived: check this machine's clock, then run 'misp-graph errors --retry'."),
        new(["expiration date time", "expiration time", "valid until", "must be in the future", "expired"],
            "The service considers the expiry past or too far away: check this machine's clock, then daysToExpire and expiry."),
        new(
            [
                "throttl*", "too many requests", "try again", "timeout", "timed out", "time out", "temporar*", "internal error",
                "internal server error", "unavailable", "busy",
            ],
            "The service failed for a time. The indicator is sent again in up to 5 runs, or now with 'misp-graph errors --retry'."),
    ];

    /// <summary>Asked between those; the kind says what to do.</summary>
    private static readonly string[] Permission =
        ["forbidden", "unauthor*", "permission", "permissions", "not allowed to", "access denied"];

    /// <summary>Asked after those of the kind.</summary>
    private static readonly Remedy[] General =
    [
        Remedy.AlreadyExists,
        Remedy.TextLength,
        new(["cannot be updated", "read only", "readonly"],
            "The service cannot change this in place. Delete it in the portal, then run 'misp-graph verify --repair'."),
        new(["cidr", "ipv4", "ipv6", "address", "addresses", "domain", "url", "hash*", "invalid", "not valid", "malformed", "format"],
            "The service does not accept the value. Correct it in MISP or remove its to_ids flag; the next push sends the change."),
        new(["missing", "required"],
            "The service misses a field. This is probably a bug in misp-graph: please report it with the log file."),
    ];

    /// <param name="kind">The destination's kind; null: this version does not know it.</param>
    /// <param name="response">The service's words.</param>
    /// <param name="value">The value that they may quote, whose words do not count; null when it is unknown.</param>
    /// <param name="logs">The pattern of the log files that hold the requests.</param>
    /// <param name="key">For <c>explain</c>.</param>
    public static string For(DestinationKind? kind, string response, string? value, string logs, Guid key)
    {
        if (kind is not null && CapacityError.Matches(response)) return kind.FullRemedy;
        var words = $" {Gap().Replace(RejectionReason.Normalise(response, value), " ").Trim().ToLowerInvariant()} ";
        var permission = new Remedy(Permission, kind?.PermissionRemedy ?? DestinationKind.AnyPermissionRemedy);
        return First.Append(permission).Concat(kind?.Remedies ?? []).Concat(General).FirstOrDefault(remedy => remedy.Fits(words))?.Text
            ?? $"Look at the request and the response in {logs} and at 'misp-graph explain {key:D}'. "
            + "Correct the attribute in MISP and push, or run 'misp-graph errors --retry'.";
    }

    /// <summary>Between words, also those of a code.</summary>
    [GeneratedRegex("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex Gap();
}
