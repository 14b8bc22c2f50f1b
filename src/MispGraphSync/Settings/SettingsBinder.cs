using System.Collections.Immutable;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings;

/// <summary>Fills the settings' records from values that were checked before.</summary>
internal sealed class SettingsBinder(EffectiveValues values)
{
    public AppSettings Bind()
    {
        var destinations = values.Given.Destinations.Select(Destination).ToArray();
        return Bind(destinations, Misp(destinations));
    }

    private AppSettings Bind(IReadOnlyList<DestinationSettings> destinations, MispSettings misp) => new()
    {
        Instance = values.Of(Instance) ?? "",
        Misp = misp,
        CaFile = values.Of(CaFile),
        Destinations = destinations,
        Guard = new GuardSettings
        {
            MaxDelete = values.Of(GuardMaxDelete) ?? new DeletionLimit(0, IsPercent: false),
            NeverBlock = values.Of(GuardNeverBlock) ?? [],
        },
        Logs = new LogSettings
        {
            Directory = values.Of(LogsDirectory) ?? "",
            Requests = values.Of(LogsRequests),
            Format = values.Of(LogsFormat),
            RetentionDays = values.Of(LogsRetentionDays),
        },
        Ledger = values.Of(LedgerPath) ?? "",
        Proxy = values.Of(Proxy),
        MetricsTextfile = values.Of(MetricsTextfile),
    };

    private MispSettings Misp(IReadOnlyList<DestinationSettings> destinations) => new()
    {
        Url = values.Of(MispUrl),
        Key = values.Of(MispKey),
        VaultSignIn = values.Of(MispKey)?.VaultAddress is null ? null : KeyFetcher(destinations),
        Name = values.Of(MispName) ?? "",
        VerifyCert = values.Of(MispVerifyCert),
        EventFilters = values.Of(MispEventFilters) ?? [],
        ToIdsOnly = values.Of(MispToIdsOnly),
        EnforceWarninglist = values.Of(MispEnforceWarninglist),
        PageSize = values.Of(MispPageSize),
        Timeout = TimeSpan.FromSeconds(values.Of(MispTimeoutSeconds)),
        FullReadDays = values.Of(MispFullReadDays),
    };

    private DestinationSettings Destination(GivenDestination given)
    {
        var isGraph = given.Kind == Graph;
        var isSentinel = given.Kind == Sentinel;
        var isDefender = given.Kind == Defender;
        return new DestinationSettings
        {
            Name = values.Of(given, Name) ?? "",
            Kind = values.Of(given, Kind) ?? "",
            Enabled = values.Of(given, Enabled),
            Instance = values.Of(Instance) ?? "",
            Auth = Auth(given),
            Policy = Policy(given),
            TargetProduct = isGraph ? values.Of(given, TargetProduct) ?? "" : "",
            WorkspaceId = isSentinel ? values.Of(given, WorkspaceId) : null,
            SourceSystem = isSentinel ? values.Of(given, SourceSystem) ?? "" : "",
            IncludeUnmatched = isSentinel && values.Of(given, IncludeUnmatched),
            SubscriptionId = isSentinel ? values.Of(given, SubscriptionId)?.ToString() : null,
            ResourceGroup = isSentinel ? values.Of(given, ResourceGroup) : null,
            WorkspaceName = isSentinel ? values.Of(given, WorkspaceName) : null,
            Capacity = isDefender ? values.Of(given, Capacity) : 0,
            GenerateAlert = isDefender && values.Of(given, GenerateAlert),
            RbacGroupNames = isDefender ? values.Of(given, RbacGroupNames) ?? [] : [],
            TokenScope = isDefender ? values.Of(given, TokenScope) : null,
            RequestsPerMinute = values.Of(given, RequestsPerMinute),
            ParallelRequests = values.Of(given, ParallelRequests),
            Endpoint = values.Of(given, Endpoint),
            ManagementEndpoint = isSentinel ? values.Of(given, ManagementEndpoint) : null,
        };
    }

    /// <summary>The sign-in of the first enabled destination, best one that uses the common auth.</summary>
    private AuthSettings? KeyFetcher(IReadOnlyList<DestinationSettings> destinations)
    {
        var auth = values.Given.Destinations.Zip(destinations).Where(d => d.Second.Enabled)
            .OrderBy(d => d.First.HasOwnCredential).Select(d => d.Second.Auth).FirstOrDefault();
        return auth?.VaultSignIn ?? auth;
    }

    private AuthSettings Auth(GivenDestination given)
    {
        var auth = AuthAsGiven(given);
        // Beside a client secret in a vault, whatever else is given only fetches it.
        return auth.ClientSecret?.VaultAddress is null ? auth : auth with
        {
            Certificate = null,
            ManagedIdentity = null,
            FederatedTokenFile = null,
            VaultSignIn = auth with { ClientSecret = null },
        };
    }

    private AuthSettings AuthAsGiven(GivenDestination given) => new()
    {
        Tenant = values.Of(given, Tenant) ?? "",
        ClientId = values.Of(given, ClientId)?.ToString(),
        ClientSecret = values.Of(given, ClientSecret),
        Certificate = values.Of(given, CertificatePath) is { } path ? new CertificateSettings(path, values.Of(given, CertificatePassword)) : null,
        ManagedIdentity = values.Of(given, ManagedIdentity),
        FederatedTokenFile = values.Of(given, FederatedTokenFile),
        Cloud = values.Of(given, SettingsTable.Cloud) ?? "",
        Authority = values.Of(given, Authority),
    };

    private DestinationPolicy Policy(GivenDestination given)
    {
        var days = (values.Of(given, Expiry) ?? []).ToLookup(e => e.Key.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase));
        return new DestinationPolicy
        {
            Action = values.Of(given, SettingsTable.Action),
            PassiveOnly = values.Of(given, PassiveOnly),
            DaysToExpire = values.Of(given, DaysToExpire),
            ExpiryByType = days[false].ToImmutableDictionary(StringComparer.Ordinal),
            ExpiryByTlp = days[true].Aggregate(
                ImmutableDictionary<Tlp, int>.Empty,
                (byTlp, e) => byTlp.SetItem(TlpOf(e.Key[4..]), e.Value)),
            DefaultTlp = values.Of(given, DefaultTlp),
            MaxTlp = values.Of(given, MaxTlp),
            DefaultConfidence = values.Of(given, DefaultConfidence),
            DefaultThreatType = values.Of(given, DefaultThreatType),
            Types = (values.Of(given, Types) ?? []).ToImmutableHashSet(StringComparer.Ordinal),
            ExcludeTypes = (values.Of(given, ExcludeTypes) ?? []).ToImmutableHashSet(StringComparer.Ordinal),
            ExcludeTags = (values.Of(given, ExcludeTags) ?? []).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase),
        };
    }

    private static Tlp TlpOf(string word) => word.ToLowerInvariant() switch
    {
        "clear" or "white" => Tlp.Clear,
        "green" => Tlp.Green,
        "amber" => Tlp.Amber,
        "amber+strict" => Tlp.AmberStrict,
        _ => Tlp.Red,
    };
}
