namespace MispGraphSync.Settings.Import;

/// <summary>What is known of another tool's config.py.</summary>
internal sealed record OtherTool(string Name)
{
    private const string OwnFile = "each request leaves a file of its own (logs.requests).";
    private const string InLedger = "the ledger knows what was sent.";
    private const string NoLocalTags = "local tags are never sent.";
    private const string Withdrawals = "withdrawn and no longer marked attributes are removed by each push.";

    /// <summary>The names of its settings that the tools name differently.</summary>
    public required string Auth { get; init; }

    public required string Action { get; init; }

    public required string PassiveOnly { get; init; }

    public required string TargetProduct { get; init; }

    /// <summary>Whether it sends attributes that MISP does not mark for detection.</summary>
    public bool SendsUnmarked { get; init; }

    /// <summary>The TLP of attributes without a tag.</summary>
    public required string DefaultTlp { get; init; }

    public static OtherTool PythonSample { get; } = new("the Python sample")
    {
        Auth = "graph_auth",
        Action = "action",
        PassiveOnly = "passiveOnly",
        TargetProduct = "targetProduct",
        SendsUnmarked = true,
        DefaultTlp = "red",
    };

    public static OtherTool Misp2Sentinel { get; } = new("misp2sentinel")
    {
        Auth = "ms_auth",
        Action = "ms_action",
        PassiveOnly = "ms_passiveonly",
        TargetProduct = "ms_target_product",
        DefaultTlp = "clear",
    };

    /// <summary>Settings that have no meaning here, with the reason. Early versions of misp2sentinel have names of both tools.</summary>
    public static IReadOnlyDictionary<string, string> WithoutMeaning { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ms_max_indicators_request"] = "a request is as large as the service takes.",
        ["ms_useragent"] = "requests have this program's name.",
        ["ms_api_version"] = "the version belongs to the program.",
        ["ms_delete_api_version"] = "the version belongs to the program.",
        ["ms_check_if_exist_in_sentinel"] = InLedger,
        ["ms_check_if_exist"] = InLedger,
        ["misp_flatten_attributes"] = "attributes inside objects are always read.",
        ["misp_remove_eventreports"] = "event reports are not read.",
        ["remove_pipe_from_misp_attribute"] = "each part of such a value is read for what it is.",
        ["ignore_localtags"] = NoLocalTags,
        ["misp_ignore_localtags"] = NoLocalTags,
        ["network_ignore_direction"] = "Sentinel's patterns have no direction, and Graph gets MISP's.",
        ["days_to_expire_start"] = "a lifetime begins when it is sent, and is renewed while MISP has it.",
        ["days_to_expire_ignore_misp_last_seen"] = "last_seen does not shorten a lifetime.",
        ["log_file"] = "logs go to logs.directory.",
        ["verbose_log"] = "use -v or -vv.",
        ["write_parsed_indicators"] = OwnFile,
        ["write_parsed_eventid"] = OwnFile,
        ["write_post_json"] = OwnFile,
        ["sentinel_write_response"] = "each response is in its request's file (logs.requests).",
        ["timeframe_toids_change"] = Withdrawals,
        ["enable_verify_toids_change"] = Withdrawals,
        ["enable_delete_outdated_indicators"] = Withdrawals,
        ["sourcesystem"] = "only a sentinel destination has a source system (sourceSystem).",
        ["timeout"] = "see misp.timeoutSeconds.",
        ["ms_auth.scope"] = "the scope follows from the destination, and auth.cloud for another cloud.",
        ["ms_auth.new_upload_api"] = "the kind of destination decides.",
    };
}
