using MispGraphSync.Configuration.Forms;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Configuration.Reading;

/// <summary>What is allowed, but someone should know of.</summary>
internal static class SettingsWarnings
{
    public static IEnumerable<string> Of(EffectiveValues values, Settings settings, string? file)
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
            yield return $"destinations.{destination.Name}: {type} stands in types and in excludeTypes, so it is left out.";
    }

    private static IEnumerable<EffectiveValue> GivenSecrets(EffectiveValues values) =>
        values.All().Where(v => v.Key.Form is SecretForm && v.Origin is not Origin.Common);
}
