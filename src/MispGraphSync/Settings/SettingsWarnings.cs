using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Settings;

/// <summary>Settings that are allowed and probably not meant.</summary>
internal static class SettingsWarnings
{
    public static IEnumerable<string> Of(
        EffectiveValues values, AppSettings settings, string? file, Func<JsonElement, IEnumerable<string>> filterWarnings)
    {
        foreach (var (given, source) in values.Sources.Zip(settings.Sources))
        {
            var label = given?.Label ?? FileLayer.Sources;
            if (!source.VerifyCert)
                yield return $"{label}.verifyCert is false: MISP's TLS certificate is NOT checked. Anyone on the network path can read the "
                    + "auth key and add indicators to what is pushed. Trust the server's authority with caFile instead.";
            if (source.Url is { Scheme: "http", IsLoopback: false })
                yield return $"{label}.url begins with http://: the auth key and all events travel unencrypted. Use https://.";
        }

        if (OfOpenSecret(values, file) is { } warning) yield return warning;
        foreach (var value in values.All().Where(one => one.Key.Type.IsSecret && !one.Origin.IsInherited))
        {
            if (value.Value?.Text is { } text && SecretReference.LooksLikeShellVariable(text))
                yield return $"{value.Label} looks like a shell's variable, which is not expanded here; to read one, write env:NAME.";
        }

        foreach (var doubt in OfFilters(values, settings, filterWarnings)) yield return doubt;

        foreach (var doubt in OfTypes(values)) yield return doubt;
        foreach (var destination in settings.Destinations.Where(one => one.Enabled))
        {
            foreach (var doubt in Of(destination, values.Table, settings.Sources)) yield return $"destinations.{destination.Name}: {doubt}";
        }
    }

    private static IEnumerable<string> OfFilters(
        EffectiveValues values, AppSettings settings, Func<JsonElement, IEnumerable<string>> filterWarnings) =>
        from source in values.Sources.Zip(settings.Sources)
        from filter in source.Second.EventFilters.Index()
        from doubt in filterWarnings(filter.Item)
        select $"{values.Find(Keys.MispEventFilters, source.First).Label}[{filter.Index}]: {doubt}";

    /// <summary>The warning that other users may read the secret in the settings file; null: they may not.</summary>
    public static string? OfOpenSecret(EffectiveValues values, string? file)
    {
        var hasSecret = values.All().Any(one => one.Key.Type.IsSecret && one.Origin.Kind == SettingOrigin.FileKind
            && one.Value?.Text is { } text && new SecretReference(text, "").IsLiteral);
        return file is not null && hasSecret && IsReadableByOthers(file)
            ? $"{file} holds a secret and other users may read it. Run: chmod {PrivateMode(file)} {file}, "
                + "or write the secret as env:NAME or file:PATH."
            : null;
    }

    /// <summary>Unknown on Windows: files take the rights of their folder.</summary>
    public static bool IsReadableByOthers(string file)
    {
        if (OperatingSystem.IsWindows()) return false;
        try
        {
            var open = IsOfRoot(file) ? UnixFileMode.OtherRead : UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            return File.Exists(file) && (File.GetUnixFileMode(file) & open) != 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The mode to give a file that others may read.</summary>
    public static string PrivateMode(string file) => IsOfRoot(file) ? "640" : "600";

    // A service gets a secret that it cannot change in a file of root that its group may read: from a package, or in Kubernetes.
    private static bool IsOfRoot(string file) => FileFacts.Of(file)?.Owner == 0;

    private static IEnumerable<string> Of(DestinationSettings destination, SettingsTable table, IReadOnlyList<MispSettings> sources)
    {
        var policy = destination.Policy;
        if (policy.DefaultTlp > policy.MaxTlp) yield return "defaultTlp is above maxTlp, so attributes without a TLP tag are not sent.";
        var hasScores = sources.Any(one => one.Decay is not null);
        foreach (var doubt in RuleChecks.Of(policy.Rules, [.. sources.Select(one => one.Name)], hasScores)) yield return doubt;
        foreach (var warning in table.Named(destination.Kind)?.Warnings(destination) ?? []) yield return warning;
        if (OfAlertRoute(destination, table) is { } lost) yield return lost;
        foreach (var type in policy.Types.Intersect(policy.ExcludeTypes).Order(StringComparer.Ordinal))
            yield return $"{type} is in types and in excludeTypes, so it is skipped.";
    }

    // A route that is set for all destinations may fit only some of them.
    private static string? OfAlertRoute(DestinationSettings destination, SettingsTable table)
    {
        bool Fits(KindSettings kind) => kind.IsAlertRouteForAll || kind.Name == destination.Kind;
        var route = destination.Alerts.Route;
        if (table.Kinds.FirstOrDefault(kind => kind.AlertRoute == route) is not { } owner || Fits(owner)) return null;
        var words = table.Kinds.Where(Fits).Select(kind => kind.AlertRoute).OfType<string>().Append(AlertSettings.Auto);
        return $"alerts.route is \"{route}\", which has no alerts of this kind, so misp-graph hits cannot read them. Set alerts.route of "
            + $"this destination to one of {string.Join(", ", words.Select(word => $"\"{word}\""))}.";
    }

    /// <summary>Names of MISP types that no MISP is known to have, once where they are written.</summary>
    private static IEnumerable<string> OfTypes(EffectiveValues values) =>
        from value in values.All()
        where value.Value is not null && !value.Origin.IsInherited && value.Origin != SettingOrigin.Default
        from type in TypesIn(value)
        let doubt = MispTypes.UnknownTypeWarning(type)
        where doubt is not null
        select $"{value.Origin.Place}: {value.Label}: {doubt}";

    private static IEnumerable<string> TypesIn(EffectiveValue value) =>
        value.Key == Keys.Rules || value.Key == Keys.OwnRules
            ? value.Value!.Items.SelectMany(rule => rule.Members.Where(part => part.Name == "when"))
                .SelectMany(when => when.Value.Members.Where(condition => condition.Name == "type"))
                .SelectMany(types => types.Value.Items.Append(types.Value)).Select(type => type.Text).OfType<string>()
        : value.Key == Keys.Expiry
            ? value.Value!.Members.Select(day => day.Name).Where(name => !name.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase))
        : value.Key == Keys.Types || value.Key == Keys.ExcludeTypes ? value.Value!.Items.Select(item => item.Text).OfType<string>()
        : [];
}
