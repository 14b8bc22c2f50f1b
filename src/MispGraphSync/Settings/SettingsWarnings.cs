using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>What is allowed, but someone should know of.</summary>
internal static class SettingsWarnings
{
    public static IEnumerable<string> Of(
        EffectiveValues values, AppSettings settings, string? file, Func<JsonElement, IEnumerable<string>> doubtFilter)
    {
        if (!settings.Misp.VerifyCert)
            yield return "misp.verifyCert is false: MISP's TLS certificate is NOT checked. Anyone on the way can read the auth key and"
                + " put indicators of their own into what is pushed. Trust the server's authority with caFile instead.";
        if (settings.Misp.Url is { Scheme: "http", IsLoopback: false })
            yield return "misp.url begins with http://: the auth key and all events travel in the clear. Use https://.";
        foreach (var warning in PermissionWarnings.Of(values, file)) yield return warning;

        foreach (var value in GivenSecrets(values))
        {
            if (value.Node is SettingNode.Text { Value: var text } && SecretReference.LooksLikeShellVariable(text))
                yield return $"{value.Label} looks like a shell's variable, which is not expanded here; to read one, write env:NAME.";
        }

        foreach (var warning in OfFilters(settings.Misp.EventFilters, doubtFilter)) yield return warning;
        foreach (var warning in OfTypes(values)) yield return warning;
        foreach (var destination in settings.Destinations.Where(d => d.Enabled))
        {
            foreach (var warning in Of(destination)) yield return warning;
        }
    }

    private static IEnumerable<string> Of(DestinationSettings destination)
    {
        var policy = destination.Policy;
        if (policy.DefaultTlp > policy.MaxTlp)
            yield return $"destinations.{destination.Name}: defaultTlp is above maxTlp, so nothing that carries no TLP tag is sent.";
        if (destination.Kind == SettingsTable.Defender
            && policy.Action is IndicatorAction.Alert or IndicatorAction.Warn
            && policy.Types.Any(t => t.StartsWith("x509-fingerprint", StringComparison.Ordinal)))
        {
            yield return $"destinations.{destination.Name}: Defender takes certificates with action allow or block only; with this action they are skipped.";
        }

        foreach (var type in policy.Types.Intersect(policy.ExcludeTypes).Order(StringComparer.Ordinal))
            yield return $"destinations.{destination.Name}: {type} is in types and in excludeTypes, so it is skipped.";
    }

    private static IEnumerable<string> OfFilters(IReadOnlyList<JsonElement> filters, Func<JsonElement, IEnumerable<string>> doubtFilter) =>
        filters.SelectMany((filter, i) => doubtFilter(filter).Select(doubt => $"{SettingsTable.MispEventFilters.Path}[{i}]: {doubt}"));

    /// <summary>Names of MISP types that no MISP is known to have, once where they are written.</summary>
    private static IEnumerable<string> OfTypes(EffectiveValues values) =>
        from value in values.All()
        where value.Origin is not (SettingOrigin.Common or SettingOrigin.Default)
        let written = value.Key == SettingsTable.Types || value.Key == SettingsTable.ExcludeTypes ? ItemsOf(value.Node)
            : value.Key == SettingsTable.Expiry ? NamesOf(value.Node)
            : []
        from type in written
        let doubt = MispTypes.UnknownTypeWarning(type)
        where doubt is not null
        select $"{value.Origin.Place}: {value.Label}: {doubt}";

    private static IEnumerable<string> ItemsOf(SettingNode? list) =>
        list is SettingNode.List { Items: var items } ? items.OfType<SettingNode.Text>().Select(item => item.Value) : [];

    private static IEnumerable<string> NamesOf(SettingNode? days) => days is SettingNode.Group { Members: var members }
        ? members.Select(member => member.Name).Where(name => !name.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase))
        : [];

    private static IEnumerable<EffectiveValue> GivenSecrets(EffectiveValues values) =>
        values.All().Where(v => v.Key.Form is SecretForm && v.Origin is not SettingOrigin.Common);
}
