using System.Text.Json;

namespace MispGraphSync.Settings.Import;

/// <summary>misp2sentinel's config.py: settings that behave as that tool does.</summary>
internal static class Misp2Sentinel
{
    public const string AuthKey = "ms_auth";
    private const string OwnFile = "each request leaves a file of its own (logs.requests).";
    private const string InLedger = "the ledger knows what is there.";
    private const string NoLocalTags = "local tags are never sent.";

    public static ImportedTool Tool { get; } = new(
        "misp2sentinel",
        [
            AuthKey, "ms_max_requests_minute", "ms_target_product", "ms_passiveonly", "ms_action", "misp_key", "misp_domain",
            "misp_verifycert", "misp_event_filters", "misp_event_limit_per_page", "default_confidence", "days_to_expire",
            "days_to_expire_mapping",
        ],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ms_max_indicators_request"] = "a request is as large as the service takes.",
            ["ms_useragent"] = "requests bear this program's name.",
            ["ms_api_version"] = "the version belongs to the program.",
            ["ms_check_if_exist_in_sentinel"] = InLedger,
            ["ms_check_if_exist"] = InLedger,
            ["misp_flatten_attributes"] = "attributes inside objects are always read.",
            ["ignore_localtags"] = NoLocalTags,
            ["misp_ignore_localtags"] = NoLocalTags,
            ["network_ignore_direction"] = "Sentinel's patterns have no direction, and Graph gets MISP's.",
            ["days_to_expire_start"] = "a lifetime begins when it is sent, and is renewed while MISP has it.",
            ["days_to_expire_ignore_misp_last_seen"] = "last_seen does not shorten a lifetime.",
            ["log_file"] = "logs go to logs.directory.",
            ["verbose_log"] = "use -v or -vv.",
            ["write_parsed_indicators"] = OwnFile,
            ["write_post_json"] = OwnFile,
            ["sentinel_write_response"] = "each response is in its request's file (logs.requests).",
        },
        Import);

    /// <summary>The STIX object types that have lifetimes there, and the MISP types that become them.</summary>
    private static readonly Dictionary<string, string[]> MispTypesOf = new(StringComparer.Ordinal)
    {
        ["ipv4-addr"] = ["ip-dst", "ip-src"],
        ["ipv6-addr"] = ["ip-dst", "ip-src"],
        ["domain-name"] = ["domain", "hostname"],
        ["url"] = ["url"],
        ["email-addr"] = ["email-src", "email-dst"],
        ["file"] = ["md5", "sha1", "sha256", "filename"],
    };

    private static void Import(ConfigImporter from)
    {
        var auth = from.Dict(AuthKey, "tenant", "client_id", "client_secret", "workspace_id", "graph_api", "scope");
        if (auth.ContainsKey("scope"))
            from.Note("ms_auth.scope is not imported: the scope follows from the destination, and auth.cloud for another cloud.");

        from.AddMisp("to_ids", "enforceWarninglist", "includeEventTags", "limit", "page");
        // Only attributes that are marked for detection become indicators there, whatever the filter says: that is our default.
        if (from.Dict("misp_event_filters").GetValueOrDefault("enforceWarninglist").ToString() is not ("True" or "1"))
            from.AddBehaviour(Keys.MispEnforceWarninglist, "false",
                "misp2sentinel sends values that are on MISP's warninglists, unless its filter says otherwise", "true");
        from.AddNumber(Keys.MispPageSize, "misp_event_limit_per_page");
        from.AddSignIn(auth, AuthKey);
        from.AddNumber(Keys.DaysToExpire, "days_to_expire");
        if (Lifetimes(from) is { Count: > 0 } lifetimes) from.Add(Keys.Expiry, SettingsJson.OfMembers(lifetimes), "days_to_expire_mapping");
        from.AddNumber(Keys.DefaultConfidence, "default_confidence");
        from.AddBehaviour(Keys.DefaultTlp, "\"clear\"", "misp2sentinel marks attributes without a TLP tag as clear", "\"amber\"");
        from.AddBehaviour(Keys.MaxTlp, "\"red\"", "misp2sentinel sends everything, TLP:RED too", "\"amber+strict\"");

        if (auth.GetValueOrDefault("graph_api").ValueKind == JsonValueKind.True)
        {
            from.AddGraph("ms_target_product");
            from.AddAction("ms_action", "ms_passiveonly");
        }
        else AddSentinel(from, ConfigImporter.TextOf(auth.GetValueOrDefault("workspace_id")));
    }

    private static void AddSentinel(ConfigImporter from, string? workspace)
    {
        foreach (var name in (string[])["ms_target_product", "ms_passiveonly", "ms_action"])
        {
            if (from.Has(name)) from.Note($"{name} is not imported: Sentinel's upload API has no such setting.");
        }

        from.Note("sourceSystem is \"misp-graph\"; misp2sentinel uploads under its own, mostly \"MISP\". "
            + "After the first push: misp-graph verify --adopt misp2sentinel");
        var sentinel = from.Draft.AddDestination("sentinel");
        from.AddRequired(from.Table.InDestination["workspaceId"], workspace, "ms_auth.workspace_id", sentinel);
        var rate = from.Table.InDestination[Keys.RequestsPerMinute.Path];
        if (from.Value("ms_max_requests_minute")?.ToString() != rate.DefaultFor("sentinel"))
            from.AddNumber(rate, "ms_max_requests_minute", sentinel);
    }

    private static Dictionary<string, JsonElement> Lifetimes(ConfigImporter from)
    {
        var lifetimes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (stix, days) in from.Dict("days_to_expire_mapping").Where(one => one.Value.ValueKind == JsonValueKind.Number))
        {
            var types = MispTypesOf.GetValueOrDefault(stix);
            if (types is null) from.Note($"days_to_expire_mapping: {stix} is not imported: no MISP type is known for it; see expiry.");
            foreach (var type in types ?? [])
            {
                if (!lifetimes.TryAdd(type, days) && !JsonElement.DeepEquals(lifetimes[type], days))
                    from.Note($"days_to_expire_mapping: {stix} is not imported for {type}: "
                        + $"there is one lifetime for both kinds of address, {lifetimes[type]}.");
            }
        }

        return lifetimes;
    }
}
