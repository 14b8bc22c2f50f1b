using System.Text.RegularExpressions;
using MispGraphSync.Destinations;

namespace MispGraphSync.Output;

/// <summary>
/// What to do about a service's words. A table from whole words to remedies; the first row that fits counts. A star stands for any end
/// of a word. Codes are read word by word: InvalidIpAddress is "invalid ip address".
/// </summary>
internal static partial class Remedies
{
    private const string Full =
        "The tenant holds as many indicators as Defender takes. Lower capacity, daysToExpire or what is sent (types, excludeTags), "
        + "or remove others' indicators.";

    private const string FullElsewhere =
        "The service holds as many as it takes. Send less (types, excludeTags, daysToExpire), wait until some expire, "
        + "then run 'misp-graph errors --retry'.";

    private static readonly Row[] Rows =
    [
        new(null,
            [
                "token expired", "token has expired", "token is expired", "expired token", "invalid token", "token is invalid",
                "access token", "security token", "client assertion",
            ],
            "The token was no longer valid when the request arrived: check this machine's clock, then run 'misp-graph errors --retry'."),
        new(null, ["expiration date time", "expiration time", "valid until", "must be in the future", "expired"],
            "The service takes the expiry for past or too far: check this machine's clock, then daysToExpire and expiry."),
        new(null,
            [
                "throttl*", "too many requests", "try again", "timeout", "timed out", "time out", "temporar*", "internal error",
                "internal server error", "unavailable", "busy",
            ],
            "Passing trouble of the service. It is sent again in up to 5 runs, or now with 'misp-graph errors --retry'."),
        new(null, ["forbidden", "unauthor*", "permission", "permissions", "not allowed to", "access denied"],
            "The app may not do this: compare its permissions with those in the README, then run 'misp-graph errors --retry'."),
        new("defender", ["already exist*", "duplicate*", "conflict*"],
            "Someone else holds this value there. Remove theirs in the Defender portal, or leave it to them (excludeTags)."),
        new(null, ["already exist*", "duplicate*", "conflict*"],
            "It is there already, under another id. 'misp-graph verify' shows what is there and can repair the ledger."),
        new("defender", ["action", "actions", "generate alert", "block", "warn", "audit"],
            "Defender does not take this action for this type. Set the destination's action to another, such as alert."),
        new(null, ["description", "title", "too long", "max length", "maximum length", "length", "characters"],
            "A text is too long or empty. It comes from the event's title or the attribute's comment: correct it in MISP."),
        new("sentinel", ["pattern"],
            "Sentinel cannot store the pattern. Correct the value in MISP, or take away its to_ids flag."),
        new("sentinel", ["property", "properties", "schema", "required", "additional"],
            "Sentinel's schema refuses a field. This is more likely a fault of misp-graph than of the value: please report it with the log file."),
        new(null, ["cannot be updated", "read only", "readonly"],
            "The service cannot change this in place. Delete it in the portal, then run 'misp-graph verify --repair'."),
        new(null, ["cidr", "ipv4", "ipv6", "address", "addresses", "domain", "url", "hash*", "invalid", "not valid", "malformed", "format"],
            "The service does not take the value. Correct it in MISP or take away its to_ids flag: a changed attribute is sent by the next push."),
        new(null, ["missing", "required"],
            "The service misses a field. This is more likely a fault of misp-graph than of the value: please report it with the log file."),
    ];

    /// <param name="kind">The destination's kind.</param>
    /// <param name="response">The service's words.</param>
    /// <param name="value">The value that they may quote, and whose words decide nothing; null when it is not known.</param>
    /// <param name="logs">The pattern of the log files that hold the requests.</param>
    /// <param name="key">For the verb that tells more.</param>
    public static string For(string kind, string response, string? value, string logs, Guid key)
    {
        if (CapacityError.Matches(response)) return kind == "defender" ? Full : FullElsewhere;
        var words = $" {Gap().Replace(RejectionReason.Normalise(response, value), " ").Trim().ToLowerInvariant()} ";
        foreach (var row in Rows)
        {
            if (row.Fits(kind, words)) return row.Remedy;
        }

        return $"Look at the request and the answer in {logs} and at 'misp-graph explain {key:D}'. Correct the attribute in MISP and push, or run 'misp-graph errors --retry'.";
    }

    /// <summary>Between words, also those of a code.</summary>
    [GeneratedRegex("[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex Gap();

    /// <param name="Kind">Null: any.</param>
    private sealed record Row(string? Kind, string[] Words, string Remedy)
    {
        /// <param name="kind">The destination's kind.</param>
        /// <param name="words">In lower case, each between two blanks.</param>
        public bool Fits(string kind, string words) =>
            (Kind is null || Kind == kind)
            && Array.Exists(Words, word => words.Contains(word.EndsWith('*') ? $" {word[..^1]}" : $" {word} ", StringComparison.Ordinal));
    }
}
