using static MispGraphSync.Settings.Keys;

namespace MispGraphSync.Settings;

/// <summary>
/// Every key a user can set: the common rows and those of each kind of destination. The reader, "did you mean",
/// config.sample.json, config.schema.json, docs/configuration.md and <c>config show</c> all come from here.
/// </summary>
internal sealed class SettingsTable
{
    public SettingsTable(IEnumerable<KindSettings> kinds)
    {
        Kinds = [.. kinds];
        Kind = new SettingKey<string>("kind", KeyScope.Destination, SettingTypes.Choice([.. Kinds.Select(kind => kind.Name)]), null,
            string.Join("; ", Kinds.Select(kind => $"{kind.Name}: {kind.Meaning}")) + ".")
        { Example = $"\"{Kinds[0].Name}\"" };
        AlertsRoute = Keys.AlertsRoute([.. Kinds.Select(kind => kind.AlertRoute).OfType<string>()]);
        All =
        [
            Instance,
            MispUrl, MispKey, MispSightingsKey, MispName, MispKind, MispPath, MispVerifyCert, MispEventFilters, MispToIdsOnly,
            MispEnforceWarninglist, MispPageSize, MispTimeoutSeconds, MispFullReadDays, MispDecayModel, MispDecayThreshold,
            MispDecayAsConfidence, MispExpirationSightings, CaFile,
            Tenant, ClientId, ClientSecret, CertificatePath, CertificatePassword, ManagedIdentity, FederatedTokenFile, Cloud, Authority,
            Keys.Action with { Meaning = $"{Keys.Action.Meaning} warn is for {TitlesOf(kind => kind.TakesWarn)} only." },
            PassiveOnly with { Meaning = $"{TitlesOf(kind => kind.TakesPassiveOnly)} only: {Lower(PassiveOnly.Meaning)}" },
            DaysToExpire, DaysToExpireFrom, Expiry, DefaultTlp, MaxTlp, MaxPap, DefaultConfidence, DefaultThreatType, Types, ExcludeTypes,
            ExcludeTags, Rules, AlertsRoute, AlertsLookBackDays, AlertsEndpoint,
            Name, Kind, Enabled, OwnSources, OwnEventFilters, OwnRules, .. Kinds.SelectMany(kind => kind.Keys),
            RequestsPerMinute with { DefaultByKind = Kinds.ToDictionary(kind => kind.Name, kind => $"{kind.RequestsPerMinute}") },
            ParallelRequests, Endpoint,
            SightingsEnabled, SightingsSource, SightingsMaxTlp, SightingsMaxPerRun,
            GuardMaxDelete, GuardNeverBlock, LogsDirectory, LogsRequests, LogsFormat, LogsRetentionDays, LedgerPath, Proxy, MetricsTextfile,
        ];
        AtTop = All.Where(key => key.Scope != KeyScope.Destination).ToDictionary(key => key.Path, StringComparer.Ordinal);
        InSource = AtTop.Where(one => one.Key.StartsWith(FileLayer.Sources + ".", StringComparison.Ordinal)).ToDictionary();
        InDestination = All.Where(key => key.Scope != KeyScope.Top).ToDictionary(key => key.Path, StringComparer.Ordinal);
    }

    /// <summary>In the order of their registration.</summary>
    public IReadOnlyList<KindSettings> Kinds { get; }

    public SettingKey<string> Kind { get; }

    public SettingKey<string> AlertsRoute { get; }

    /// <summary>In the order in which files and pages show them.</summary>
    public IReadOnlyList<SettingKey> All { get; }

    /// <summary>The keys that may be given at the top, by path.</summary>
    public IReadOnlyDictionary<string, SettingKey> AtTop { get; }

    /// <summary>The keys of a source, by path.</summary>
    public IReadOnlyDictionary<string, SettingKey> InSource { get; }

    /// <summary>The keys that may be given in a destination, by path.</summary>
    public IReadOnlyDictionary<string, SettingKey> InDestination { get; }

    public KindSettings? Named(string? kind) => Kinds.FirstOrDefault(one => one.Name == kind);

    public string TitlesOf(Func<KindSettings, bool> which) => string.Join(" and ", Kinds.Where(which).Select(kind => kind.Title));

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];
}
