namespace MispGraphSync.Output.Errors;

/// <summary>What to do about a service's words. A table from words to remedies; the first row that fits counts.</summary>
internal static class Remedies
{
    private static readonly Row[] Rows =
    [
        new(null, ["expirationdatetime", "expirationtime", "valid_until", "must be in the future", "expired"],
            "The service takes the expiry for past or too far: check this machine's clock, then daysToExpire and expiry."),
        new(null, ["throttl", "too many requests", "try again", "timeout", "timed out", "temporar", "internal error", "internalservererror", "unavailable", "busy"],
            "Passing trouble of the service. It is sent again in up to 5 runs, or now with 'misp-graph errors --retry'."),
        new(null, ["forbidden", "unauthor", "permission", "not allowed to", "access denied"],
            "The app may not do this: compare its permissions with those in the README, then run 'misp-graph errors --retry'."),
        new("defender", ["limit", "quota", "capacity", "maximum", "exceed"],
            "The tenant holds as many indicators as Defender takes. Lower capacity, daysToExpire or what is sent (types, excludeTags), or remove others' indicators."),
        new(null, ["quota", "limit of", "maximum number"],
            "The service holds as many as it takes. Send less (types, excludeTags, daysToExpire), wait until some expire, then run 'misp-graph errors --retry'."),
        new("defender", ["already exist", "duplicate", "conflict"],
            "Someone else holds this value there. Remove theirs in the Defender portal, or leave it to them (excludeTags)."),
        new(null, ["already exist", "duplicate", "conflict"],
            "It is there already, under another id. 'misp-graph verify' shows what is there and can repair the ledger."),
        new("defender", ["action", "generatealert", "block", "warn", "audit"],
            "Defender does not take this action for this type. Set the destination's action to another, such as alert."),
        new(null, ["description", "title", "too long", "maxlength", "characters"],
            "A text is too long or empty. It comes from the event's title or the attribute's comment: correct it in MISP."),
        new("sentinel", ["pattern"],
            "Sentinel cannot store the pattern. Correct the value in MISP, or take away its to_ids flag."),
        new("sentinel", ["property", "schema", "required", "additional"],
            "Sentinel's schema refuses a field. This is more likely a fault of misp-graph than of the value: please report it with the log file."),
        new(null, ["cannot be updated", "read-only", "readonly"],
            "The service cannot change this in place. Delete it in the portal, then run 'misp-graph verify --repair'."),
        new(null, ["cidr", "ipv4", "ipv6", "address", "domain", "url", "hash", "invalid", "not valid", "malformed", "format"],
            "The service does not take the value. Correct it in MISP or take away its to_ids flag: a changed attribute is sent by the next push."),
        new(null, ["missing", "required"],
            "The service misses a field. This is more likely a fault of misp-graph than of the value: please report it with the log file."),
    ];

    /// <param name="kind">The destination's kind.</param>
    /// <param name="response">The service's words.</param>
    /// <param name="logs">The pattern of the log files that hold the requests.</param>
    /// <param name="key">For the verb that tells more.</param>
    public static string For(string kind, string response, string logs, Guid key)
    {
        foreach (var row in Rows)
        {
            if (row.Fits(kind, response)) return row.Remedy;
        }

        return $"Look at the request and the answer in {logs} and at 'misp-graph explain {key:D}'. Correct the attribute in MISP and push, or run 'misp-graph errors --retry'.";
    }

    /// <param name="Kind">Null: any.</param>
    private sealed record Row(string? Kind, string[] Words, string Remedy)
    {
        public bool Fits(string kind, string response) =>
            (Kind is null || Kind == kind) && Words.Any(word => response.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
