using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings;

/// <summary>A tenant, an application, and exactly one way to prove who we are.</summary>
internal sealed class SignInChecks(EffectiveValues values, SettingsFaults faults)
{
    public void Check(GivenDestination given, DestinationSettings destination)
    {
        var auth = destination.Auth;
        if (values.Find(given, Tenant).Node is null) Missing(given, Tenant, "the Entra tenant's id or domain");

        var ways = Ways(given);
        if (ways.Count == 0 && !AnyFault(given))
            Fault(given,
                "auth", "No way to sign in is given; give one of auth.clientSecret, auth.certificate, auth.managedIdentity, auth.federatedTokenFile.");

        var allowed = auth.VaultSignIn is null ? 1 : 2;
        if (ways.Count > allowed)
            Fault(given, "auth", $"{string.Join(" and ", ways.Select(k => k.Path))} are given; keep exactly one way to sign in.");
        if (auth.VaultSignIn is { ManagedIdentity: null, Certificate: null, FederatedTokenFile: null })
            Fault(given, ClientSecret.Path,
                "A client secret from a Key Vault needs auth.managedIdentity, auth.certificate or auth.federatedTokenFile as well, which fetches it.");
        if ((auth.VaultSignIn ?? auth).Certificate?.Password?.VaultAddress is not null)
            Fault(given, CertificatePassword.Path,
                "The password of the sign-in certificate cannot come from a Key Vault, since signing in comes first; use env: or file:.");

        if (auth.ClientId is null && values.Find(given, ClientId).Node is null && ways.Any(k => k != ManagedIdentity))
            Missing(given, ClientId, "the app registration's application (client) id, a GUID, from its Overview page");
        if (values.Find(given, CertificatePassword).Node is not null && values.Find(given, CertificatePath).Node is null)
            Missing(given, CertificatePath, "the certificate's file, or leave out its password");
    }

    /// <summary>The credentials given; <c>managedIdentity: false</c> is none.</summary>
    private List<SettingKey> Ways(GivenDestination given) =>
        [.. CredentialKeys.Keys.Where(key => values.Find(given, key).Node is { } node && node is not SettingNode.Switch { Value: false })];

    private bool AnyFault(GivenDestination given) =>
        faults.Has("auth") || faults.Has($"{given.Label}.auth") || CredentialKeys.Keys.Any(k => faults.Has(k.Path) || faults.Has(given.LabelOf(k)));

    private void Missing(GivenDestination given, SettingKey key, string right)
    {
        // Said once for the common key, however many destinations need it.
        if (!faults.Has(key.Path) && !faults.Has(given.LabelOf(key)))
            faults.Add(new SettingOrigin.Default(), key.Path,
                $"This is missing; give {right}.");
    }

    private void Fault(GivenDestination given, string path, string text)
    {
        var isOwn = given.HasOwnCredential;
        var key = isOwn ? $"{given.Label}.{path}" : path;
        if (faults.Has(key)) return;
        faults.Add(isOwn ? given.Origin : new SettingOrigin.Default(), key, text);
    }
}
