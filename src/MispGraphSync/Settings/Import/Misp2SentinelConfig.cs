using System.Text.Json;
using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings.Import;

/// <summary>Turns misp2sentinel's config.py into settings that behave as that tool does.</summary>
internal sealed class Misp2SentinelConfig(string text, Func<JsonElement, IEnumerable<string>>? checkFilter)
    : ImportedConfig(text, "misp2sentinel's", Known, Left, checkFilter)
{
    private static readonly string[] Known =
    [
        "ms_auth", "ms_max_requests_minute", "ms_target_product", "ms_passiveonly", "ms_action", "misp_key", "misp_domain", "misp_verifycert",
        "misp_event_filters", "misp_event_limit_per_page", "default_confidence", "days_to_expire", "days_to_expire_mapping",
    ];

    private static readonly Dictionary<string, string> Left = new(StringComparer.Ordinal)
    {
        ["ms_max_indicators_request"] = "a request is as large as the service takes.",
        ["ms_useragent"] = "requests bear this program's name.",
        ["ms_api_version"] = "the version belongs to the program.",
        ["ms_check_if_exist_in_sentinel"] = "the ledger knows what is there.",
        ["ms_check_if_exist"] = "the ledger knows what is there.",
        ["misp_flatten_attributes"] = "attributes inside objects are always read.",
        ["ignore_localtags"] = "local tags are never sent.",
        ["misp_ignore_localtags"] = "local tags are never sent.",
        ["network_ignore_direction"] = "Sentinel's patterns have no direction, and Graph gets the one that MISP tells.",
        ["days_to_expire_start"] = "a lifetime begins when it is sent, and is renewed while MISP has it.",
        ["days_to_expire_ignore_misp_last_seen"] = "last_seen does not shorten a lifetime.",
        ["log_file"] = "logs go to logs.directory.",
        ["verbose_log"] = "use -v or -vv.",
        ["write_parsed_indicators"] = "each request leaves a file of its own (logs.requests).",
        ["write_post_json"] = "each request leaves a file of its own (logs.requests).",
        ["sentinel_write_response"] = "each answer is in its request's file (logs.requests).",
    };

    /// <summary>The STIX object types that lifetimes go by there, and the MISP types that become them.</summary>
    private static readonly Dictionary<string, string[]> TypesOf = new(StringComparer.Ordinal)
    {
        ["ipv4-addr"] = ["ip-dst", "ip-src"],
        ["ipv6-addr"] = ["ip-dst", "ip-src"],
        ["domain-name"] = ["domain", "hostname"],
        ["url"] = ["url"],
        ["email-addr"] = ["email-src", "email-dst"],
        ["file"] = ["md5", "sha1", "sha256", "filename"],
    };

    protected override IReadOnlyList<string> Head { get; } =
    [
        "Settings of misp-graph, made from misp2sentinel's config.py: they behave as misp2sentinel does.",
        "What we recommend instead stands with each key. Check: misp-graph doctor, then misp-graph plan",
    ];

    protected override ConfigDraft Draft()
    {
        var auth = Items("ms_auth", "tenant", "client_id", "client_secret", "workspace_id", "graph_api", "scope");
        var usesGraph = auth.GetValueOrDefault("graph_api") is PythonValue.Switch { Value: true };
        if (auth.ContainsKey("scope")) Say("ms_auth.scope is not carried over: the scope follows from the destination, and auth.cloud for another cloud.");
        var draft = new ConfigDraft();
        draft.Common.AddRange(Misp());
        draft.Common.Add(Needed(Tenant, Text(auth, "tenant"), "ms_auth.tenant"));
        draft.Common.Add(Needed(ClientId, Text(auth, "client_id"), "ms_auth.client_id"));
        draft.Common.Add(Secret(ClientSecret, Text(auth, "client_secret"), "ms_auth.client_secret"));
        draft.Common.AddRange(Handling());
        draft.Destinations.Add(usesGraph ? ToGraph() : ToSentinel(Text(auth, "workspace_id")));
        return draft;
    }

    private IEnumerable<DraftValue> Misp()
    {
        foreach (var value in Server()) yield return value;
        if (Given("misp_verifycert") is not PythonValue.Switch { Value: true })
            yield return Behaviour(MispVerifyCert, Off, "misp2sentinel does not check MISP's certificate", "true, with caFile for an authority of your own");

        yield return new DraftValue(MispEventFilters, Filters("to_ids", "enforceWarninglist", "includeEventTags", "limit", "page"));
        // An indicator is only made of what is marked for detection, whatever its filter says: that is our default.
        if (!FilterAsks("enforceWarninglist"))
            yield return Behaviour(MispEnforceWarninglist, Off, "misp2sentinel sends what stands on MISP's warninglists, unless its filter says otherwise", "true");
        if (Given("misp_event_limit_per_page") is PythonValue.Number { Digits: var size })
            foreach (var value in Checked(MispPageSize, Number(size), "misp_event_limit_per_page")) yield return value;
    }

    private IEnumerable<DraftValue> Handling()
    {
        if (Given("days_to_expire") is PythonValue.Number { Digits: var days })
            foreach (var value in Checked(DaysToExpire, Number(days), "days_to_expire")) yield return value;
        if (Lifetimes() is { Members.Count: > 0 } lifetimes)
            foreach (var value in Checked(Expiry, lifetimes, "days_to_expire_mapping")) yield return value;
        if (Given("default_confidence") is PythonValue.Number { Digits: var confidence })
            foreach (var value in Checked(DefaultConfidence, Number(confidence), "default_confidence")) yield return value;
        yield return Behaviour(DefaultTlp, Node("clear"), "misp2sentinel marks what carries no TLP tag as clear", "\"amber\"");
        yield return Behaviour(MaxTlp, Node("red"), "misp2sentinel sends everything, TLP:RED too", "\"amber+strict\"");
    }

    private List<DraftValue> ToSentinel(string? workspace)
    {
        foreach (var name in (string[])["ms_target_product", "ms_passiveonly", "ms_action"])
            if (Given(name) is not null) Say($"{name} is not carried over: Sentinel's upload API knows no such thing, there as here.");
        Say("sourceSystem stays \"misp-graph\": what misp2sentinel uploaded is under its own, \"MISP\" mostly. After the first push: misp-graph verify --adopt misp2sentinel");
        List<DraftValue> values = [DraftValue.Text(Name, Sentinel), DraftValue.Text(Kind, Sentinel), Needed(WorkspaceId, workspace, "ms_auth.workspace_id")];
        if (Given("ms_max_requests_minute") is PythonValue.Number { Digits: var rate } && rate != RequestsPerMinute.DefaultFor(Sentinel))
            values.AddRange(Checked(RequestsPerMinute, Number(rate), "ms_max_requests_minute"));
        return values;
    }

    private List<DraftValue> ToGraph()
    {
        List<DraftValue> values = [DraftValue.Text(Name, Graph), DraftValue.Text(Kind, Graph), .. Checked(TargetProduct, Node(Text("ms_target_product") ?? "Azure Sentinel"), "ms_target_product")];
        if (Text("ms_action") is { } action) values.AddRange(Checked(SettingsTable.Action, Node(action.ToLowerInvariant()), "ms_action"));
        if (Given("ms_passiveonly") is PythonValue.Switch passive) values.Add(DraftValue.Switch(PassiveOnly, passive.Value));
        return values;
    }

    private SettingNode.Group Lifetimes()
    {
        var members = new Dictionary<string, SettingNode.Member>(StringComparer.Ordinal);
        foreach (var (stix, days) in Items("days_to_expire_mapping"))
        {
            if (days is not PythonValue.Number { Digits: var digits }) continue;
            if (!TypesOf.TryGetValue(stix, out var types)) Say($"days_to_expire_mapping: {stix} is not carried over: no MISP type is known for it; see expiry.");
            foreach (var type in types ?? [])
            {
                if (members.TryGetValue(type, out var known) && known.Value is SettingNode.Number { Digits: var other } && other != digits)
                    Say($"days_to_expire_mapping: {stix} is not carried over for {type}: there is one lifetime for both kinds of address, {other}.");
                else members.TryAdd(type, new SettingNode.Member(type, new SettingOrigin.Default(), Number(digits)));
            }
        }

        return new SettingNode.Group(new SettingOrigin.Default(), [.. members.Values]);
    }

    private bool FilterAsks(string key) => Given("misp_event_filters") is PythonValue.Dict filter
        && filter.Items.Any(item => item.Key == key && item.Value is PythonValue.Switch { Value: true } or PythonValue.Number { Digits: "1" });

    private static SettingNode.Number Number(string digits) => new(new SettingOrigin.Default(), digits);
}
