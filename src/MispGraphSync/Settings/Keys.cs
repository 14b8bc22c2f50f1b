using System.Text.Json;
using MispGraphSync.Core.Planning;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using static MispGraphSync.Settings.KeyScope;
using static MispGraphSync.Settings.SettingTypes;

namespace MispGraphSync.Settings;

/// <summary>The rows that all kinds of destination share. A new key is one row here and one line in the binder.</summary>
internal static class Keys
{
    public const string NoId = "\"00000000-0000-0000-0000-000000000000\"";

    private static readonly SettingType<string> Slug = Matching(
        "a name of letters, digits and hyphens that begins with a letter, at most 40 long", "^[A-Za-z][A-Za-z0-9-]{0,39}$");

    private static readonly SettingType<string> MispType = Matching(
        "a MISP attribute type such as ip-dst or filename|sha256", "^[A-Za-z0-9][A-Za-z0-9|/._-]*$");

    private static readonly SettingType<Tlp> TlpWord = Choice(
        [
            ("clear", Tlp.Clear), ("green", Tlp.Green), ("amber", Tlp.Amber), ("amber+strict", Tlp.AmberStrict), ("red", Tlp.Red),
            ("white", Tlp.Clear),
        ],
        ignoreCase: true);

    private static readonly SettingType<Tlp?> PapWord = Choice<Tlp?>(
        [("clear", Tlp.Clear), ("green", Tlp.Green), ("amber", Tlp.Amber), ("red", Tlp.Red), ("white", Tlp.Clear)], ignoreCase: true);

    // ---- this installation, and the sources

    public static readonly SettingKey<string> Instance = new("instance", Top, Matching(
        "a name of letters, digits, dots and hyphens, at most 64 long", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), "\"misp-graph\"",
        "This installation's name. It is part of every indicator's id, so it must differ between installations that write to one tenant "
        + "or workspace, and must not change later.");
    public static readonly SettingKey<string> MispName = new("misp.name", Top, Slug, "\"misp\"",
        "The source's name in the ledger. Another name is another source: indicators of the old one are no longer renewed.");
    public static readonly SettingKey<string> MispKind = new(
        "misp.kind", Top, Choice(MispSettings.Server, MispSettings.Feed, MispSettings.File), $"\"{MispSettings.Server}\"",
        "What the source is. misp: a MISP server, which needs url and key. feed: the folder of a MISP feed, and file: saved MISP JSON, one "
        + "file or a folder; both need path.");
    public static readonly SettingKey<Uri> MispUrl = new("misp.url", Top, WebAddress, null,
        "The MISP server's address.")
    { Placeholder = "\"https://misp.example.com\"" };
    public static readonly SettingKey<SecretReference> MispKey = new("misp.key", Top, Secret, null,
        "The auth key of the MISP user to read with; a read-only user is enough.")
    { Placeholder = "\"env:MISP_KEY\"" };
    public static readonly SettingKey<string> MispPath = new("misp.path", Top, FileOrFolderPath, null,
        "Where a feed or file is.")
    { Example = "\"/srv/feeds/osint\"" };
    public static readonly SettingKey<SecretReference> MispSightingsKey = new("misp.sightingsKey", Top, Secret, null,
        "Another auth key to write sightings with, so that misp.key needs no right to write; without it, misp.key.")
    { Example = "\"env:MISP_SIGHTINGS_KEY\"" };
    public static readonly SettingKey<bool> MispVerifyCert = new("misp.verifyCert", Top, Bool, "true",
        "Check MISP's TLS certificate. Without it, anyone on the network path can read the auth key and change the data; prefer caFile.");
    public static readonly SettingKey<IReadOnlyList<JsonElement>> MispEventFilters = new("misp.eventFilters", Top, Filters, "[]",
        "Which events to take. Keys of one filter must all match, a list inside is any of them, several filters must all match; "
        + "[] is every event.")
    { Example = "[{ \"tags\": [\"tlp:green\", \"tlp:clear\"], \"published\": true }]" };
    public static readonly SettingKey<bool> MispToIdsOnly = new("misp.toIdsOnly", Top, Bool, "true",
        "Take only attributes that MISP marks for detection (to_ids).");
    public static readonly SettingKey<bool> MispEnforceWarninglist = new("misp.enforceWarninglist", Top, Bool, "true",
        "Skip values that are on one of the server's enabled warninglists.");
    public static readonly SettingKey<int> MispPageSize = new("misp.pageSize", Top, Number(1, 5000), "100",
        "Events per request. Make it smaller when MISP runs out of memory or time.");
    public static readonly SettingKey<int> MispTimeoutSeconds = new("misp.timeoutSeconds", Top, Number(1, 3600), "300",
        "How long MISP may be silent, in seconds, before a request is abandoned. A response below 4 KB a second is abandoned as well.");
    public static readonly SettingKey<int> MispFullReadDays = new("misp.fullReadDays", Top, Number(1, 365), "7",
        "Everything is read again after so many days, whether MISP says it changed or not.");
    public static readonly SettingKey<string> MispDecayModel = new("misp.decay.model", Top, AnyText, null,
        "The name or number of a decaying model of the server. Scores are read in each push, for rules (decayScoreBelow) and the next two "
        + "keys.")
    { Example = "\"NIDS Simple Decaying Model\"" };
    public static readonly SettingKey<int?> MispDecayThreshold = new("misp.decay.threshold", Top, OptionalNumber(1, 100), null,
        "Attributes with a lower score are not sent, unless a rule says so.")
    { Example = "30" };
    public static readonly SettingKey<bool> MispDecayAsConfidence = new("misp.decay.asConfidence", Top, Bool, "false",
        "The score is the confidence of the attribute, in place of its tags.");
    public static readonly SettingKey<ExpirationSightings> MispExpirationSightings = new("misp.expirationSightings", Top, Choice(
        [("own", ExpirationSightings.Own), ("all", ExpirationSightings.All), ("none", ExpirationSightings.None)]), "\"own\"",
        "Whose expiration sightings end an indicator: own is the organisation that created the event and the key's own.");
    public static readonly SettingKey<string> CaFile = new("caFile", Top, FilePath, null,
        "A PEM file with further certificate authorities to trust, for all hosts.")
    { Example = "\"company-ca.pem\"" };

    // ---- sign-in

    public static readonly SettingKey<string> Tenant = new("auth.tenant", Overridable, Matching(
        "a tenant's id (a GUID) or domain such as contoso.onmicrosoft.com",
        "^([0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}|[A-Za-z0-9][A-Za-z0-9-]*(\\.[A-Za-z0-9-]+)+)$",
        hint: text => text is "common" or "organizations" or "consumers" ? "An application signs in to one tenant; name it." : null), null,
        "The Entra tenant to sign in to: its id or one of its domains.")
    { Placeholder = NoId };
    public static readonly SettingKey<Guid?> ClientId = new("auth.clientId", Overridable, SettingTypes.Guid(
        "an application (client) id, a GUID", hint: _ => "It is on the app registration's Overview page."), null,
        "The app registration's application (client) id. Not needed with a managed identity.")
    { Placeholder = NoId };
    public static readonly SettingKey<SecretReference> ClientSecret = new("auth.clientSecret", Overridable, Secret, null,
        "Sign in with a client secret. From a Key Vault it also needs one of the other ways to sign in, which fetches it.")
    { Placeholder = "\"env:AZURE_CLIENT_SECRET\"" };
    public static readonly SettingKey<string> CertificatePath = new("auth.certificate.path", Overridable, FilePath, null,
        "Sign in with a certificate: PEM with its private key, or PFX.")
    { Example = "\"misp-graph.pfx\"" };
    public static readonly SettingKey<SecretReference> CertificatePassword = new("auth.certificate.password", Overridable, Secret, null,
        "The certificate's password, if it has one.")
    { Example = "\"env:MISP_GRAPH_CERTIFICATE_PASSWORD\"" };
    public static readonly SettingKey<ManagedIdentitySettings> ManagedIdentity = new(
        "auth.managedIdentity", Overridable, SettingTypes.ManagedIdentity, null,
        "Sign in as the Azure machine's identity: true for the system-assigned one, or a user-assigned one's client id.")
    { Example = "true" };
    public static readonly SettingKey<string> FederatedTokenFile = new("auth.federatedTokenFile", Overridable, FilePath, null,
        "Sign in with a token that Kubernetes or a CI system keeps in this file (workload identity).")
    { Example = "\"/var/run/secrets/azure/tokens/azure-identity-token\"" };
    public static readonly SettingKey<string> Cloud = new(
        "auth.cloud", Overridable, Choice("global", "gcc", "usgov", "usgovdod", "china"), "\"global\"",
        "Which Microsoft cloud: it sets all hosts and scopes. gcc is the commercial cloud for US government (Microsoft 365 GCC).");
    public static readonly SettingKey<Uri> Authority = new("auth.authority", Overridable, OriginAddress, null,
        "An origin in place of the cloud's sign-in host.")
    { Example = "\"https://login.microsoftonline.com\"" };

    // ---- how attributes become indicators

    public static readonly SettingKey<IndicatorAction> Action = new("action", Overridable, Choice(
        [
            ("alert", IndicatorAction.Alert), ("block", IndicatorAction.Block), ("allow", IndicatorAction.Allow),
            ("warn", IndicatorAction.Warn),
        ]), "\"alert\"",
        "What the product does on a match.");
    public static readonly SettingKey<bool> PassiveOnly = new("passiveOnly", Overridable, Bool, "false",
        "The user is not notified of a match.");
    public static readonly SettingKey<int> DaysToExpire = new("daysToExpire", Overridable, Number(1, 3650), "30",
        "An indicator's lifetime in days; it is renewed for as long as MISP has it.");
    public static readonly SettingKey<IReadOnlyList<KeyValuePair<string, int>>> Expiry = new(
        "expiry", Overridable, Days(MispType, TlpWord, Number(1, 3650)), "{}",
        "Other lifetimes in days, by MISP type or tlp:x; the type wins.")
    { Example = "{ \"ip-dst\": 7, \"tlp:red\": 14 }" };
    public static readonly SettingKey<Tlp> DefaultTlp = new("defaultTlp", Overridable, TlpWord, "\"amber\"",
        "The TLP of attributes without a TLP tag.");
    public static readonly SettingKey<Tlp> MaxTlp = new("maxTlp", Overridable, TlpWord, "\"amber+strict\"",
        "Stricter attributes are not sent, and add nothing to the indicators that are.");
    public static readonly SettingKey<int> DefaultConfidence = new("defaultConfidence", Overridable, Number(0, 100), "50",
        "The confidence of attributes without a confidence tag.");
    public static readonly SettingKey<ThreatType> DefaultThreatType = new("defaultThreatType", Overridable, Choice<ThreatType>(
        [.. Enum.GetValues<ThreatType>().Select(type => (type.ToString(), type))], ignoreCase: true), "\"WatchList\"",
        "The threat type of attributes without a sentinel-threattype tag.");
    public static readonly SettingKey<IReadOnlyList<string>> Types = new("types", Overridable, List(MispType), "[]",
        "MISP types to take; [] takes all that can be sent.")
    { Example = "[\"domain\", \"ip-dst\"]" };
    public static readonly SettingKey<IReadOnlyList<string>> ExcludeTypes = new("excludeTypes", Overridable, List(MispType), "[]",
        "MISP types to skip.")
    { Example = "[\"filename\"]" };
    public static readonly SettingKey<IReadOnlyList<string>> ExcludeTags = new("excludeTags", Overridable, List(AnyText), "[]",
        "Skip attributes that have one of these tags, their own or their event's; case is ignored.")
    { Example = "[\"workflow:state=\\\"incomplete\\\"\"]" };

    public static readonly SettingKey<Tlp?> MaxPap = new("maxPap", Overridable, PapWord, null,
        "Attributes with a stricter PAP tag are not sent, and add nothing to the indicators that are. Without it, PAP tags do not count.")
    { Example = "\"amber\"" };
    public static readonly SettingKey<ExpiryStart> DaysToExpireFrom = new("daysToExpireFrom", Overridable, Choice(
        [("sent", ExpiryStart.Sent), ("last-seen", ExpiryStart.LastSeen), ("attribute", ExpiryStart.Attribute)]), "\"sent\"",
        "What the lifetime is counted from: sent (each send, so that it is renewed), last-seen (MISP's last_seen, or the attribute's last "
        + "change) or attribute (its last change). With the last two, an indicator ends then and is not renewed.");
    public static readonly SettingKey<IReadOnlyList<Rule>> Rules = new("rules", Top, RuleSettings.Rules, "[]",
        "Rules for all destinations, in order: for each property the first rule that sets it decides. See docs/rules.md.")
    { Example = "[{ \"when\": { \"type\": \"ip-dst\", \"tag\": \"confidence:low*\" }, \"then\": { \"send\": false } }]" };

    // ---- what fired

    public static readonly SettingKey<int> AlertsLookBackDays = new("alerts.lookBackDays", Overridable, Number(1, 90), "7",
        "How many days of alerts misp-graph hits reads at first, and again once a day, since alerts change late.");
    public static readonly SettingKey<Uri> AlertsEndpoint = new("alerts.endpoint", Overridable, OriginAddress, null,
        "An origin in place of the host that lists alerts; with auto, of the first route.")
    { Example = "\"https://alerts.example.com\"" };
    public static readonly SettingKey<bool> SightingsEnabled = new("sightings.enabled", Top, Bool, "false",
        "misp-graph hits writes what fired to MISP as sightings. Without it, only hits --sightings does.");
    public static readonly SettingKey<string> SightingsSource = new("sightings.source", Top, Matching(
        "a word or two of at most 64 printable ASCII characters", "^[!-~]([ -~]{0,62}[!-~])?$"), "\"misp-graph\"",
        "The source that each sighting names. Everybody who sees the sighting sees it.");
    public static readonly SettingKey<Tlp> SightingsMaxTlp = new("sightings.maxTlp", Top, TlpWord, null,
        "Attributes above it get no sighting; without it, maxTlp.")
    { Example = "\"green\"" };
    public static readonly SettingKey<int> SightingsMaxPerRun = new("sightings.maxPerRun", Top, Number(1, 100_000), "1000",
        "The most sightings that one run writes. The others wait for the next run, and the exit code is 3.");

    // ---- destinations

    public static readonly SettingKey<IReadOnlyList<Rule>> OwnRules = new("rules", Destination, RuleSettings.Rules, "[]",
        "Rules for this destination; they come before the common ones.")
    { Example = "[{ \"when\": { \"threatLevel\": \"high\" }, \"then\": { \"action\": \"block\" } }]" };
    public static readonly SettingKey<IReadOnlyList<JsonElement>> OwnEventFilters = new(
        "eventFilters", Destination, FiltersOfDestination, "[]",
        "Which of the events that are read go here, in the language of misp.eventFilters; [] is every event.")
    { Example = "[{ \"tags\": [\"tlp:green\"] }]" };
    public static readonly SettingKey<IReadOnlyList<string>> OwnSources = new("sources", Destination, List(Slug), "[]",
        "The sources (misp.name) whose events go here; [] is every source.")
    { Example = "[\"misp\"]" };
    public static readonly SettingKey<string> Name = new("name", Destination, Matching(
        Slug.Expects, "^[A-Za-z][A-Za-z0-9-]{0,39}$", hint: ReservedName, accepts: text => ReservedName(text) is null), null,
        "A short name for options, output and log files' names. Only a label: it may change at any time.")
    { Example = "\"sentinel\"" };
    public static readonly SettingKey<bool> Enabled = new("enabled", Destination, Bool, "true",
        "false: the destination is not used, and may be incomplete.");
    public static readonly SettingKey<int> RequestsPerMinute = new("requestsPerMinute", Destination, Number(1, 100_000), null,
        "The most requests a minute, evenly spaced. The default stays within what Microsoft documents.");
    public static readonly SettingKey<int> ParallelRequests = new("parallelRequests", Destination, Number(1, 64), "4",
        "The most requests in flight at the same time.");
    public static readonly SettingKey<Uri> Endpoint = new("endpoint", Destination, OriginAddress, null,
        "An origin in place of the service's host, such as one of a nearer region.")
    { Example = "\"https://api.example.com\"" };

    // ---- guards, logs, files

    public static readonly SettingKey<DeletionLimit> GuardMaxDelete = new("guard.maxDelete", Top, MaxDelete, "\"50%\"",
        "More deletions than this at a destination are withheld: a number, which is exact, or a share of what is held there. "
        + "A share above 0% always allows 20.");
    public static readonly SettingKey<IReadOnlyList<string>> GuardNeverBlock = new("guard.neverBlock", Top, List(Matching(
        "a host name, an address, a range such as 192.0.2.0/24, or a hash", @"^[^/@,;\u0000-\u001f\u007f]+(/[0-9.]+)?$",
        hint: text => NeverBlockEntry.Read(text, out var remedy) is null ? remedy : null,
        accepts: text => NeverBlockEntry.Read(text, out _) is not null)), "[]",
        "Hosts (each with all below it), addresses, ranges and hashes that are never sent with block or warn, besides the built-in list. "
        + "*.contoso.com and contoso.com:443 mean contoso.com; 203.0.113.* and 203.0.113.1-203.0.113.9 are ranges.")
    { Example = "[\"contoso.com\", \"203.0.113.0/24\"]" };
    public static readonly SettingKey<string> LogsDirectory = new("logs.directory", Top, FolderPath, "\"logs\"",
        "The folder of the application log and of one file per request.");
    public static readonly SettingKey<RequestLogging> LogsRequests = new("logs.requests", Top, Choice(
        [("all", RequestLogging.All), ("errors", RequestLogging.Errors), ("none", RequestLogging.None)]), "\"all\"",
        "Which request attempts are written to a file of their own.");
    public static readonly SettingKey<LogFormat> LogsFormat = new("logs.format", Top, Choice(
        [("text", LogFormat.Text), ("json", LogFormat.Json)]), "\"text\"",
        "The format of the application log: lines for people, or one JSON object a line.");
    public static readonly SettingKey<int> LogsRetentionDays = new("logs.retentionDays", Top, Number(1, 3650), "30",
        "Log files older than this many days are removed at the end of a run.");
    public static readonly SettingKey<string> LedgerPath = new("ledger", Top, FilePathOrNone, "\"misp-graph.db\"",
        "The ledger: a SQLite file that knows what was sent. Back it up. \"none\" keeps no ledger: each run lists the destinations, "
        + "reads all of MISP and sends only differences, for disks that do not last. A file of that name is written \"./none\".");
    public static readonly SettingKey<Uri> Proxy = new("proxy", Top, ProxyAddress, null,
        "The proxy for all hosts; without it, the system's (HTTPS_PROXY and NO_PROXY on Linux).")
    { Example = "\"http://proxy.example:3128\"" };
    public static readonly SettingKey<string> MetricsTextfile = new("metrics.textfile", Top, FilePath, null,
        "A Prometheus text file to write at the end of each push.")
    { Example = "\"/var/lib/node_exporter/misp-graph.prom\"" };

    /// <summary>The keys of a source that only a MISP server has.</summary>
    public static IReadOnlyList<SettingKey> OfServer { get; } =
    [
        MispUrl, MispKey, MispSightingsKey, MispVerifyCert, MispPageSize, MispTimeoutSeconds, MispDecayModel, MispDecayThreshold,
        MispDecayAsConfidence, MispExpirationSightings,
    ];

    /// <summary>The ways to sign in, of which exactly one is chosen.</summary>
    public static IReadOnlyList<SettingKey> Credentials { get; } = [ClientSecret, CertificatePath, ManagedIdentity, FederatedTokenFile];

    public static IEnumerable<string> CredentialNames => Credentials.Select(key => key.Path.Replace(".path", "", StringComparison.Ordinal));

    /// <param name="routes">The words of the kinds.</param>
    public static SettingKey<string> AlertsRoute(IReadOnlyList<string> routes) => new(
        "alerts.route", Overridable, Choice([AlertSettings.Auto, .. routes]), $"\"{AlertSettings.Auto}\"",
        "Where misp-graph hits reads alerts. auto: the list of all products, and where the app may not read it, the product's own.");

    public static Tlp TlpNamed(string word) => TlpWord.Read(
        new SettingValue(word, SettingOrigin.Default), "", new ReadContext(new SettingsFaults(), ""));

    private static string? ReservedName(string name) =>
        name.Equals("error", StringComparison.OrdinalIgnoreCase) ? "\"error\" marks failures in log files' names; choose another." : null;
}
