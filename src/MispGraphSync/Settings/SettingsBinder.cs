using System.Collections.Immutable;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>Fills the records from values that were checked before.</summary>
internal sealed class SettingsBinder(EffectiveValues values, SettingsFaults faults)
{
    public AppSettings Bind()
    {
        var destinations = values.Destinations.Select(Destination).ToArray();
        return new AppSettings
        {
            Instance = values.Of(Keys.Instance) ?? "",
            Sources = [.. values.Sources.Select(one => Source(one, destinations))],
            CaFile = values.Of(Keys.CaFile),
            Destinations = destinations,
            Guard = new GuardSettings
            {
                MaxDelete = values.Of(Keys.GuardMaxDelete) ?? new DeletionLimit(0, IsPercent: false),
                NeverBlock = values.Of(Keys.GuardNeverBlock) ?? [],
            },
            Sightings = new SightingSettings
            {
                Enabled = values.Of(Keys.SightingsEnabled),
                Source = values.Of(Keys.SightingsSource) ?? "",
                MaxTlp = values.Of(values.Find(Keys.SightingsMaxTlp).Value is null ? Keys.MaxTlp : Keys.SightingsMaxTlp),
                MaxPerRun = values.Of(Keys.SightingsMaxPerRun),
            },
            Logs = new LogSettings
            {
                Directory = values.Of(Keys.LogsDirectory) ?? "",
                Requests = values.Of(Keys.LogsRequests),
                Format = values.Of(Keys.LogsFormat),
                RetentionDays = values.Of(Keys.LogsRetentionDays),
            },
            Ledger = values.Of(Keys.LedgerPath),
            Proxy = values.Of(Keys.Proxy),
            MetricsTextfile = values.Of(Keys.MetricsTextfile),
        };
    }

    private MispSettings Source(GivenLevel? given, IReadOnlyList<DestinationSettings> destinations) => new()
    {
        Kind = values.KindOf(given),
        Path = values.Of(Keys.MispPath, given),
        Url = values.Of(Keys.MispUrl, given),
        Key = values.Of(Keys.MispKey, given),
        SightingsKey = values.Of(Keys.MispSightingsKey, given),
        VaultSignIn = (values.Of(Keys.MispKey, given)?.VaultAddress ?? values.Of(Keys.MispSightingsKey, given)?.VaultAddress) is null
            ? null
            : VaultSignIn(destinations),
        Name = values.Of(Keys.MispName, given) ?? "",
        VerifyCert = values.Of(Keys.MispVerifyCert, given),
        EventFilters = values.Of(Keys.MispEventFilters, given) ?? [],
        ToIdsOnly = values.Of(Keys.MispToIdsOnly, given),
        EnforceWarninglist = values.Of(Keys.MispEnforceWarninglist, given),
        PageSize = values.Of(Keys.MispPageSize, given),
        Timeout = TimeSpan.FromSeconds(values.Of(Keys.MispTimeoutSeconds, given)),
        FullReadDays = values.Of(Keys.MispFullReadDays, given),
        Decay = values.Of(Keys.MispDecayModel, given) is { } model
            ? new DecaySettings(model, values.Of(Keys.MispDecayThreshold, given), values.Of(Keys.MispDecayAsConfidence, given))
            : null,
        Expirations = values.Of(Keys.MispExpirationSightings, given),
        OwnSightings = values.Of(Keys.SightingsSource) ?? "",
    };

    private DestinationSettings Destination(GivenLevel given)
    {
        var common = new DestinationSettings
        {
            Name = values.Of(Keys.Name, given) ?? "",
            Kind = values.Of(values.Table.Kind, given) ?? "",
            Enabled = values.Of(Keys.Enabled, given),
            Instance = values.Of(Keys.Instance) ?? "",
            Auth = Auth(given),
            Policy = Policy(given),
            EventFilters = values.Of(Keys.OwnEventFilters, given) ?? [],
            Sources = values.Of(Keys.OwnSources, given) ?? [],
            RequestsPerMinute = values.Of(Keys.RequestsPerMinute, given),
            ParallelRequests = values.Of(Keys.ParallelRequests, given),
            Endpoint = values.Of(Keys.Endpoint, given),
            Alerts = new AlertSettings
            {
                Route = values.Of(values.Table.AlertsRoute, given) ?? "",
                LookBack = TimeSpan.FromDays(values.Of(Keys.AlertsLookBackDays, given)),
                Endpoint = values.Of(Keys.AlertsEndpoint, given),
            },
        };
        return given.Kind?.Bind(common, new DestinationValues(values, given, faults)) ?? common;
    }

    /// <summary>The sign-in of the first enabled destination, preferably one that uses the common auth.</summary>
    private AuthSettings? VaultSignIn(IReadOnlyList<DestinationSettings> destinations)
    {
        var auth = values.Destinations.Zip(destinations).Where(d => d.Second.Enabled)
            .OrderBy(d => d.First.HasOwnCredential).Select(d => d.Second.Auth).FirstOrDefault();
        return auth?.VaultSignIn ?? auth;
    }

    private AuthSettings Auth(GivenLevel given)
    {
        var auth = new AuthSettings
        {
            Tenant = values.Of(Keys.Tenant, given) ?? "",
            ClientId = values.Of(Keys.ClientId, given)?.ToString(),
            ClientSecret = values.Of(Keys.ClientSecret, given),
            Certificate = values.Of(Keys.CertificatePath, given) is { } path
                ? new CertificateSettings(path, values.Of(Keys.CertificatePassword, given))
                : null,
            ManagedIdentity = values.Of(Keys.ManagedIdentity, given),
            FederatedTokenFile = values.Of(Keys.FederatedTokenFile, given),
            Cloud = values.Of(Keys.Cloud, given) ?? "",
            Authority = values.Of(Keys.Authority, given),
        };
        // Next to a client secret in a vault, the other credential only fetches it.
        return auth.ClientSecret?.VaultAddress is null ? auth : auth with
        {
            Certificate = null,
            ManagedIdentity = null,
            FederatedTokenFile = null,
            VaultSignIn = auth with { ClientSecret = null },
        };
    }

    private ImmutableArray<Rule> Rules(GivenLevel given)
    {
        Rule[] rules = [.. values.Of(Keys.OwnRules, given) ?? [], .. values.Of(Keys.Rules) ?? []];
        return rules.Length == 0 ? [] : [.. rules];
    }

    private DestinationPolicy Policy(GivenLevel given)
    {
        var days = (values.Of(Keys.Expiry, given) ?? []).ToLookup(e => e.Key.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase));
        return new DestinationPolicy
        {
            Action = values.Of(Keys.Action, given),
            PassiveOnly = values.Of(Keys.PassiveOnly, given),
            DaysToExpire = values.Of(Keys.DaysToExpire, given),
            ExpiryByType = days[false].ToImmutableDictionary(StringComparer.Ordinal),
            ExpiryByTlp = days[true].Aggregate(
                ImmutableDictionary<Tlp, int>.Empty, (byTlp, e) => byTlp.SetItem(Keys.TlpNamed(e.Key[4..]), e.Value)),
            DefaultTlp = values.Of(Keys.DefaultTlp, given),
            MaxTlp = values.Of(Keys.MaxTlp, given),
            MaxPap = values.Of(Keys.MaxPap, given),
            ExpiryStart = values.Of(Keys.DaysToExpireFrom, given),
            Rules = Rules(given),
            DefaultConfidence = values.Of(Keys.DefaultConfidence, given),
            DefaultThreatType = values.Of(Keys.DefaultThreatType, given),
            Types = (values.Of(Keys.Types, given) ?? []).ToImmutableHashSet(StringComparer.Ordinal),
            ExcludeTypes = (values.Of(Keys.ExcludeTypes, given) ?? []).ToImmutableHashSet(StringComparer.Ordinal),
            ExcludeTags = (values.Of(Keys.ExcludeTags, given) ?? []).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase),
        };
    }
}
