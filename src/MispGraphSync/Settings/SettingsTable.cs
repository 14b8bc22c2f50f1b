using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using static MispGraphSync.Settings.KeyScope;

namespace MispGraphSync.Settings;

/// <summary>
/// Every key a user can set. Reading, "did you mean", config.sample.json, config.schema.json, docs/configuration.md and
/// <c>config show</c> all come from here; a new key is one row here and one line where it is bound.
/// </summary>
internal static class SettingsTable
{
    public const string Graph = "graph";
    public const string Sentinel = "sentinel";
    public const string Defender = "defender";

    private const string NoId = "\"00000000-0000-0000-0000-000000000000\"";

    private static readonly SwitchForm OnOff = new();
    private static readonly SecretForm Secret = new();
    private static readonly PathForm FilePath = new();
    private static readonly AddressForm OriginOnly = new(AddressPart.Origin);

    private static readonly TextForm AnyText = new("a text without line breaks", @"^[^\u0000-\u001f\u007f]+$");

    private static readonly TextForm Slug = new(
        "a name of letters, digits and hyphens that begins with a letter, at most 40 long", "^[A-Za-z][A-Za-z0-9-]{0,39}$");

    private static readonly TextForm MispType = new(
        "a MISP attribute type such as ip-dst or filename|sha256", "^[A-Za-z0-9][A-Za-z0-9|/._-]*$");

    private static readonly ChoiceForm<Tlp> TlpWord = new(
        [
            ("clear", Tlp.Clear), ("green", Tlp.Green), ("amber", Tlp.Amber), ("amber+strict", Tlp.AmberStrict), ("red", Tlp.Red),
            ("white", Tlp.Clear),
        ],
        IgnoreCase: true);

    // ---- who we are, and the source

    public static readonly SettingKey<string> Instance = new("instance", Top, new TextForm(
        "a name of letters, digits, dots and hyphens, at most 64 long", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
        "This installation's name. It goes into every indicator's id, so it must differ between installations that write to one tenant or workspace, and must not change later.")
    { Default = "\"misp-graph\"" };

    public static readonly SettingKey<Uri> MispUrl = new("misp.url", Top, new AddressForm(AddressPart.Base),
        "The MISP server's address. Not needed with --input.")
    { Placeholder = "\"https://misp.example.com\"" };

    public static readonly SettingKey<SecretReference> MispKey = new("misp.key", Top, Secret,
        "The auth key of the MISP user to read with; a read-only user is enough.")
    { Placeholder = "\"env:MISP_KEY\"" };

    public static readonly SettingKey<string> MispName = new("misp.name", Top, Slug,
        "The source's name in the ledger. Another name is another source: what the old one sent is no longer renewed.")
    { Default = "\"misp\"" };

    public static readonly SettingKey<bool> MispVerifyCert = new("misp.verifyCert", Top, OnOff,
        "Check MISP's TLS certificate. Off, anyone on the way can read the auth key and change what is read; prefer caFile.")
    { Default = "true" };

    public static readonly SettingKey<IReadOnlyList<JsonElement>> MispEventFilters = new("misp.eventFilters", Top, new FiltersForm(),
        "Which events to take. Keys of one filter must all match, a list inside is any of them, several filters must all match; [] is every event.")
    { Default = "[]", Example = "[{ \"tags\": [\"tlp:green\", \"tlp:clear\"], \"published\": true }]" };

    public static readonly SettingKey<bool> MispToIdsOnly = new("misp.toIdsOnly", Top, OnOff,
        "Take only attributes that MISP marks for detection (to_ids).")
    { Default = "true" };

    public static readonly SettingKey<bool> MispEnforceWarninglist = new("misp.enforceWarninglist", Top, OnOff,
        "Leave out values that stand on one of the server's enabled warninglists.")
    { Default = "true" };

    public static readonly SettingKey<int> MispPageSize = new("misp.pageSize", Top, new WholeNumberForm(1, 5000),
        "Events asked for at once. Make it smaller when MISP runs out of memory or time.")
    { Default = "100" };

    public static readonly SettingKey<int> MispTimeoutSeconds = new("misp.timeoutSeconds", Top, new WholeNumberForm(1, 3600),
        "How long MISP may stay silent, in seconds, before a request is given up. An answer slower than 4 KB a second is given up after "
        + "as long.")
    { Default = "300" };

    public static readonly SettingKey<int> MispFullReadDays = new("misp.fullReadDays", Top, new WholeNumberForm(1, 365),
        "Everything is read again after so many days, whether MISP says it changed or not.")
    { Default = "7" };

    public static readonly SettingKey<string> CaFile = new("caFile", Top, FilePath,
        "A PEM file with further certificate authorities to trust, for all hosts.")
    { Example = "\"company-ca.pem\"" };

    // ---- sign-in

    public static readonly SettingKey<string> Tenant = new("auth.tenant", Overridable, new TextForm(
        "a tenant's id (a GUID) or domain such as contoso.onmicrosoft.com",
        "^([0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[A-Za-z0-9][A-Za-z0-9-]*(\\.[A-Za-z0-9-]+)+)$")
    { Hint = word => word is "common" or "organizations" or "consumers" ? "An application signs in to one tenant; name it." : null },
        "The Entra tenant to sign in to: its id or one of its domains.")
    { Placeholder = NoId };

    public static readonly SettingKey<Guid?> ClientId = new("auth.clientId", Overridable, new GuidForm(
        "an application (client) id, a GUID")
    { Hint = _ => "It is on the app registration's Overview page." },
        "The app registration's application (client) id. Not needed with a managed identity.")
    { Placeholder = NoId };

    public static readonly SettingKey<SecretReference> ClientSecret = new("auth.clientSecret", Overridable, Secret,
        "Sign in with a client secret. From a Key Vault it also needs one of the other ways to sign in, which fetches it.")
    { Placeholder = "\"env:AZURE_CLIENT_SECRET\"" };

    public static readonly SettingKey<string> CertificatePath = new("auth.certificate.path", Overridable, FilePath,
        "Sign in with a certificate: PEM with its private key, or PFX.")
    { Example = "\"misp-graph.pfx\"" };

    public static readonly SettingKey<SecretReference> CertificatePassword = new("auth.certificate.password", Overridable, Secret,
        "The certificate file's password, when it has one.")
    { Example = "\"env:MISP_GRAPH_CERTIFICATE_PASSWORD\"" };

    public static readonly SettingKey<ManagedIdentitySettings> ManagedIdentity = new("auth.managedIdentity", Overridable, new ManagedIdentityForm(),
        "Sign in as the Azure machine's identity: true for the system-assigned one, or a user-assigned one's client id.")
    { Example = "true" };

    public static readonly SettingKey<string> FederatedTokenFile = new("auth.federatedTokenFile", Overridable, FilePath,
        "Sign in with a token that Kubernetes or a CI system keeps in this file (workload identity).")
    { Example = "\"/var/run/secrets/azure/tokens/azure-identity-token\"" };

    public static readonly SettingKey<string> Cloud = new("auth.cloud", Overridable, new ChoiceForm<string>(
        [("global", "global"), ("gcc", "gcc"), ("usgov", "usgov"), ("usgovdod", "usgovdod"), ("china", "china")]),
        "Which Microsoft cloud: it sets all hosts and scopes. gcc is the commercial cloud for US government (Microsoft 365 GCC).")
    { Default = "\"global\"" };

    public static readonly SettingKey<Uri> Authority = new("auth.authority", Overridable, OriginOnly,
        "An origin in the place of the cloud's sign-in host.")
    { Example = "\"https://login.microsoftonline.com\"" };

    // ---- what becomes of an attribute; each may be overridden by a destination

    public static readonly SettingKey<IndicatorAction> Action = new("action", Overridable, new ChoiceForm<IndicatorAction>(
        [
            ("alert", IndicatorAction.Alert), ("block", IndicatorAction.Block), ("allow", IndicatorAction.Allow),
            ("warn", IndicatorAction.Warn),
        ]),
        "What the product shall do on a match. warn is for Defender only.")
    { Default = "\"alert\"" };

    public static readonly SettingKey<bool> PassiveOnly = new("passiveOnly", Overridable, OnOff,
        "Graph: the user is not told of the match.")
    { Default = "false" };

    public static readonly SettingKey<int> DaysToExpire = new("daysToExpire", Overridable, new WholeNumberForm(1, 3650),
        "An indicator's life in days; it is renewed for as long as MISP has it.")
    { Default = "30" };

    public static readonly SettingKey<IReadOnlyList<KeyValuePair<string, int>>> Expiry = new("expiry", Overridable,
        new DaysForm(MispType, TlpWord, new WholeNumberForm(1, 3650)),
        "Other lives in days, by MISP type or tlp:x; the type wins.")
    { Default = "{}", Example = "{ \"ip-dst\": 7, \"tlp:red\": 14 }" };

    public static readonly SettingKey<Tlp> DefaultTlp = new("defaultTlp", Overridable, TlpWord,
        "The TLP of what carries no TLP tag.")
    { Default = "\"amber\"" };

    public static readonly SettingKey<Tlp> MaxTlp = new("maxTlp", Overridable, TlpWord,
        "What is stricter is not sent, and lends nothing to what is.")
    { Default = "\"amber+strict\"" };

    public static readonly SettingKey<int> DefaultConfidence = new("defaultConfidence", Overridable, new WholeNumberForm(0, 100),
        "The confidence of what carries no confidence tag.")
    { Default = "50" };

    public static readonly SettingKey<ThreatType> DefaultThreatType = new("defaultThreatType", Overridable, new ChoiceForm<ThreatType>(
        [.. Enum.GetValues<ThreatType>().Select(t => (t.ToString(), t))], IgnoreCase: true),
        "The threat type of what carries no sentinel-threattype tag.")
    { Default = "\"WatchList\"" };

    public static readonly SettingKey<IReadOnlyList<string>> Types = new("types", Overridable, new TextListForm(MispType),
        "MISP types to take; [] takes all that can be sent.")
    { Default = "[]", Example = "[\"domain\", \"ip-dst\"]" };

    public static readonly SettingKey<IReadOnlyList<string>> ExcludeTypes = new("excludeTypes", Overridable, new TextListForm(MispType),
        "MISP types to leave out.")
    { Default = "[]", Example = "[\"filename\"]" };

    public static readonly SettingKey<IReadOnlyList<string>> ExcludeTags = new("excludeTags", Overridable, new TextListForm(AnyText),
        "Leave out attributes that carry one of these tags, themselves or by their event; case counts for nothing.")
    { Default = "[]", Example = "[\"workflow:state=\\\"incomplete\\\"\"]" };

    // ---- destinations

    public static readonly SettingKey<string> Name = new("name", Destination, Slug with { Reserved = ["error"], Hint = NameHint },
        "A short name for options, output and log files' names. Only a label: it may change at any time.")
    { Example = "\"graph\"" };

    public static readonly SettingKey<string> Kind = new("kind", Destination, new ChoiceForm<string>(
        [(Graph, Graph), (Sentinel, Sentinel), (Defender, Defender)]),
        "graph: Microsoft Graph tiIndicators; sentinel: Microsoft Sentinel's upload API; defender: Defender for Endpoint's indicators.")
    { Example = "\"graph\"" };

    public static readonly SettingKey<bool> Enabled = new("enabled", Destination, OnOff,
        "Off: the destination is left alone, and may be half filled in.")
    { Default = "true" };

    public static readonly SettingKey<string> TargetProduct = new("targetProduct", Destination, new ChoiceForm<string>(
        [("Azure Sentinel", "Azure Sentinel"), ("Microsoft Defender ATP", "Microsoft Defender ATP")])
    {
        Hints = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Microsoft Sentinel"] = "Graph still calls it by its old name: write \"Azure Sentinel\".",
            ["Sentinel"] = "Graph still calls it by its old name: write \"Azure Sentinel\".",
            ["Microsoft Defender for Endpoint"] = "Graph still calls it by its old name: write \"Microsoft Defender ATP\".",
            ["Defender for Endpoint"] = "Graph still calls it by its old name: write \"Microsoft Defender ATP\".",
        },
    },
        "Which product Graph hands the indicators to.")
    { Default = "\"Azure Sentinel\"", Kinds = [Graph] };

    public static readonly SettingKey<Guid?> WorkspaceId = new("workspaceId", Destination, new GuidForm(
        "a workspace's id, a GUID")
    {
        Hint = text => text.Length == 0 ? null : text.StartsWith('/')
            ? "That is the workspace's resource id; the workspace id is on its Overview page."
            : "That is the workspace's name; the id is on its Overview page.",
    },
        "The Log Analytics workspace's id, a GUID, from its Overview page.")
    { Placeholder = NoId, Kinds = [Sentinel] };

    public static readonly SettingKey<string> SourceSystem = new("sourceSystem", Destination, new TextForm(
        "a text of 1 to 256 characters without line breaks", @"^[^\u0000-\u001f\u007f]{1,256}$")
    {
        Reserved = ["Microsoft Sentinel"],
        Hint = word => word.Equals("Microsoft Sentinel", StringComparison.OrdinalIgnoreCase) ? "Sentinel keeps that name for itself; choose another." : null,
    },
        "The source that Sentinel shows for our indicators, and part of their ids: do not change it later.")
    { Default = "\"misp-graph\"", Kinds = [Sentinel] };

    public static readonly SettingKey<bool> IncludeUnmatched = new("includeUnmatched", Destination, OnOff,
        "Also send patterns that Sentinel stores but perhaps never matches against logs.")
    { Default = "false", Kinds = [Sentinel] };

    public static readonly SettingKey<Guid?> SubscriptionId = new("subscriptionId", Destination, new GuidForm(
        "a subscription's id, a GUID"),
        "For read and verify: the Azure subscription of the workspace.")
    { Example = NoId, Kinds = [Sentinel] };

    public static readonly SettingKey<string> ResourceGroup = new("resourceGroup", Destination, new TextForm(
        "a resource group's name", @"^[A-Za-z0-9_().-]{1,90}$"),
        "For read and verify: the resource group of the workspace.")
    { Example = "\"security\"", Kinds = [Sentinel] };

    public static readonly SettingKey<string> WorkspaceName = new("workspaceName", Destination, new TextForm(
        "a workspace's name: 4 to 63 letters, digits and hyphens", "^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$"),
        "For read and verify: the workspace's name.")
    { Example = "\"contoso-sentinel\"", Kinds = [Sentinel] };

    public static readonly SettingKey<int> Capacity = new("capacity", Destination, new WholeNumberForm(1, 15_000),
        "Our share of the 15,000 indicators that a Defender tenant can hold.")
    { Default = "15000", Kinds = [Defender] };

    public static readonly SettingKey<bool> GenerateAlert = new("generateAlert", Destination, OnOff,
        "What blocks or warns raises an alert too; Audit always does, Allowed never.")
    { Default = "true", Kinds = [Defender] };

    public static readonly SettingKey<IReadOnlyList<string>> RbacGroupNames = new("rbacGroupNames", Destination, new TextListForm(AnyText),
        "Device groups that the indicators are for; [] is all devices.")
    { Default = "[]", Example = "[\"Servers\"]", Kinds = [Defender] };

    public static readonly SettingKey<string> TokenScope = new("tokenScope", Destination, new TextForm(
        "a scope such as https://api.example/.default", @"^https://[^\s/]+(/[^\s/]+)*/\.default$"),
        "The scope of its tokens, where the cloud's default is not the one that your tenant knows.")
    { Example = "\"https://api-gov.securitycenter.microsoft.us/.default\"", Kinds = [Defender] };

    public static readonly SettingKey<int> RequestsPerMinute = new("requestsPerMinute", Destination, new WholeNumberForm(1, 100_000),
        "The most requests a minute, evenly spaced. The default stays within what Microsoft documents.")
    { DefaultByKind = new Dictionary<string, string> { [Graph] = "1000", [Sentinel] = "100", [Defender] = "30" } };

    public static readonly SettingKey<int> ParallelRequests = new("parallelRequests", Destination, new WholeNumberForm(1, 64),
        "The most requests in flight at once.")
    { Default = "4" };

    public static readonly SettingKey<Uri> Endpoint = new("endpoint", Destination, OriginOnly,
        "An origin in the place of the service's host, such as Defender's nearest region.")
    { Example = "\"https://eu.api.security.microsoft.com\"" };

    public static readonly SettingKey<Uri> ManagementEndpoint = new("managementEndpoint", Destination, OriginOnly,
        "For read and verify: an origin in the place of Azure's management host.")
    { Example = "\"https://management.azure.com\"", Kinds = [Sentinel] };

    // ---- guards, logs, files

    public static readonly SettingKey<DeletionLimit> GuardMaxDelete = new("guard.maxDelete", Top, new DeletionLimitForm(),
        "More deletions than this at a destination are withheld: a number, which is exact, or a share of what is held there. "
        + "Under a share above 0% up to 20 pass.")
    { Default = "\"50%\"" };

    public static readonly SettingKey<IReadOnlyList<string>> GuardNeverBlock = new("guard.neverBlock", Top, new TextListForm(new TextForm(
        "a host name, an address, a range such as 192.0.2.0/24, or a hash", @"^[^/@,;\u0000-\u001f\u007f]+(/[0-9.]+)?$")
    {
        Accepts = text => NeverBlockEntry.Read(text, out _) is not null,
        Hint = text => NeverBlockEntry.Read(text, out var remedy) is null ? remedy : null,
    }),
        "Hosts (each with all below it), addresses, ranges and hashes that are never sent with block or warn, besides the built-in list. "
        + "*.contoso.com and contoso.com:443 mean contoso.com; 203.0.113.* and 203.0.113.1-203.0.113.9 are ranges.")
    { Default = "[]", Example = "[\"contoso.com\", \"203.0.113.0/24\"]" };

    public static readonly SettingKey<string> LogsDirectory = new("logs.directory", Top, new PathForm(IsFolder: true),
        "Where the application log and one file per request go.")
    { Default = "\"logs\"" };

    public static readonly SettingKey<RequestLogging> LogsRequests = new("logs.requests", Top, new ChoiceForm<RequestLogging>(
        [("all", RequestLogging.All), ("errors", RequestLogging.Errors), ("none", RequestLogging.None)]),
        "Which request attempts leave a file of their own.")
    { Default = "\"all\"" };

    public static readonly SettingKey<LogFormat> LogsFormat = new("logs.format", Top, new ChoiceForm<LogFormat>(
        [("text", LogFormat.Text), ("json", LogFormat.Json)]),
        "How the application log is written: lines for people, or one JSON object a line.")
    { Default = "\"text\"" };

    public static readonly SettingKey<int> LogsRetentionDays = new("logs.retentionDays", Top, new WholeNumberForm(1, 3650),
        "Log files older than this many days are removed at the end of a run.")
    { Default = "30" };

    public static readonly SettingKey<string> LedgerPath = new("ledger", Top, FilePath,
        "The ledger: a SQLite file that knows what was sent. Back it up.")
    { Default = "\"misp-graph.db\"" };

    public static readonly SettingKey<Uri> Proxy = new("proxy", Top, new AddressForm(AddressPart.Proxy),
        "The proxy for all hosts; none given: the system's (HTTPS_PROXY and NO_PROXY on Linux).")
    { Example = "\"http://proxy.example:3128\"" };

    public static readonly SettingKey<string> MetricsTextfile = new("metrics.textfile", Top, FilePath,
        "A Prometheus text file to write at the end of each run.")
    { Example = "\"/var/lib/node_exporter/misp-graph.prom\"" };

    /// <summary>All rows, in the order in which files and pages show them.</summary>
    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Instance,
        MispUrl, MispKey, MispName, MispVerifyCert, MispEventFilters, MispToIdsOnly, MispEnforceWarninglist, MispPageSize,
        MispTimeoutSeconds, MispFullReadDays, CaFile,
        Tenant, ClientId, ClientSecret, CertificatePath, CertificatePassword, ManagedIdentity, FederatedTokenFile, Cloud, Authority,
        Action, PassiveOnly, DaysToExpire, Expiry, DefaultTlp, MaxTlp, DefaultConfidence, DefaultThreatType, Types, ExcludeTypes,
        ExcludeTags,
        Name, Kind, Enabled, TargetProduct, WorkspaceId, SourceSystem, IncludeUnmatched, SubscriptionId, ResourceGroup, WorkspaceName,
        Capacity, GenerateAlert, RbacGroupNames, TokenScope, RequestsPerMinute, ParallelRequests, Endpoint, ManagementEndpoint,
        GuardMaxDelete, GuardNeverBlock, LogsDirectory, LogsRequests, LogsFormat, LogsRetentionDays, LedgerPath, Proxy, MetricsTextfile,
    ];

    /// <summary>What may stand at the top, by path.</summary>
    public static IReadOnlyDictionary<string, SettingKey> AtTop { get; } =
        All.Where(k => k.Scope != Destination).ToDictionary(k => k.Path, StringComparer.Ordinal);

    /// <summary>What may stand in a destination, by path.</summary>
    public static IReadOnlyDictionary<string, SettingKey> InDestination { get; } =
        All.Where(k => k.Scope != Top).ToDictionary(k => k.Path, StringComparer.Ordinal);

    private static string? NameHint(string name) =>
        name.Equals("error", StringComparison.OrdinalIgnoreCase) ? "\"error\" marks failures in log files' names; choose another." : null;
}
