using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>The faults that one key alone does not show: keys that require, exclude or contradict each other.</summary>
internal sealed class SettingsChecks(EffectiveValues values, AppSettings settings, SettingsFaults faults, ReaderOptions options)
{
    public void Run()
    {
        CheckMisp();
        CheckNames();
        if (!settings.Destinations.Any(one => one.Enabled) && !faults.Has(FileLayer.Destinations))
            faults.Add(SettingOrigin.Default, FileLayer.Destinations,
                "None is enabled; give at least one, or set its \"enabled\" to true.");

        foreach (var (given, destination) in values.Destinations.Zip(settings.Destinations))
        {
            CheckKeysOfKind(given);
            if (!destination.Enabled || given.Kind is not { } kind) continue;
            if (kind.NeedsSignIn) CheckSignIn(given, destination);
            if (destination.Policy.Action == IndicatorAction.Warn && !kind.TakesWarn && !faults.Has(Keys.Action.Path))
            {
                new DestinationValues(values, given, faults).Wrong(Keys.Action,
                    $"\"warn\" is for {values.Table.TitlesOf(one => one.TakesWarn)} only; "
                    + $"give this {kind.Name} destination an \"action\" of its own: alert, block or allow.");
            }

            kind.Check(destination, new DestinationValues(values, given, faults));
        }

        CheckPlacesDiffer();
    }

    private void CheckMisp()
    {
        var hasUrl = values.Find(Keys.MispUrl).Value is not null;
        var hasKey = values.Find(Keys.MispKey).Value is not null;
        if (!hasUrl && (hasKey || options.NeedsMisp))
            Missing(Keys.MispUrl, "the address of your MISP server, such as https://misp.example.com");
        if (!hasKey && options.NeedsSecrets && (hasUrl || options.NeedsMisp))
            Missing(Keys.MispKey, "the auth key to read with, best as env:MISP_KEY or file:PATH");
        if (settings.CaFile is { } file && !File.Exists(file))
            faults.Add(values.Find(Keys.CaFile).Origin, Keys.CaFile.Path, $"There is no file {file}.");
    }

    private void CheckNames()
    {
        var first = new Dictionary<string, GivenLevel>(StringComparer.OrdinalIgnoreCase);
        foreach (var given in values.Destinations)
        {
            var own = new DestinationValues(values, given, faults);
            if (given.Name is not { } name) own.Missing(Keys.Name, "a short name of your choice, such as \"sentinel\"");
            else if (!first.TryAdd(name, given))
                own.Wrong(Keys.Name, $"The name {SettingsFaults.Quote(name)} is taken by another destination ({first[name].Origin.Place}); "
                    + "names must differ in more than case.");
            if (!own.IsGiven(values.Table.Kind)) own.Missing(values.Table.Kind, values.Table.Kind.Type.Expects);
        }
    }

    private void CheckKeysOfKind(GivenLevel given)
    {
        foreach (var (path, value) in given.Values)
        {
            var key = values.Table.InDestination[path];
            if (!key.BelongsTo(given.Kind?.Name))
                faults.Add(value.Origin, given.LabelOf(key),
                    $"This key belongs to a {key.Kind} destination; this one is a {given.Kind!.Name} destination.");
        }
    }

    /// <summary>The ledger knows a destination by its place and scope: two at one place would undo each other's work.</summary>
    private void CheckPlacesDiffer()
    {
        var first = new Dictionary<(string, string, string), string>();
        foreach (var (given, destination) in values.Destinations.Zip(settings.Destinations))
        {
            var info = destination.Info;
            if (!destination.Enabled || given.Kind is not { } kind || info.Place.Length == 0) continue;
            if (!first.TryAdd((info.Kind, info.Place, info.Scope), given.Label))
                faults.Add(given.Origin, given.Label,
                    $"It writes to the same place as {first[(info.Kind, info.Place, info.Scope)]}; "
                    + $"disable one of them, or give it another {kind.Distinguishers}.");
        }
    }

    /// <summary>A tenant, an application, and exactly one credential.</summary>
    private void CheckSignIn(GivenLevel given, DestinationSettings destination)
    {
        var auth = destination.Auth;
        // managedIdentity: false is no credential.
        var credentials = Keys.Credentials
            .Where(key => values.Find(key, given).Value is { Json.ValueKind: not JsonValueKind.False }).ToList();
        bool IsGiven(SettingKey key) => values.Find(key, given).Value is not null;

        if (!IsGiven(Keys.Tenant)) Missing(Keys.Tenant, "the Entra tenant's id or domain", given);
        var paths = Keys.Credentials.Select(key => key.Path).Append("auth");
        if (credentials.Count == 0 && options.NeedsSecrets && !paths.Any(path => faults.Has(path) || faults.Has(given.LabelOf(path))))
            Wrong(given, "auth", $"No way to sign in is given; give one of {string.Join(", ", Keys.CredentialNames)}.");
        if (credentials.Count > (auth.VaultSignIn is null ? 1 : 2))
            Wrong(given, "auth",
                $"{string.Join(" and ", credentials.Select(key => key.Path))} are given; keep exactly one way to sign in.");
        if (auth.VaultSignIn is { ManagedIdentity: null, Certificate: null, FederatedTokenFile: null })
            Wrong(given, Keys.ClientSecret.Path,
                "A client secret from a Key Vault needs auth.managedIdentity, auth.certificate or auth.federatedTokenFile as well, "
                + "which fetches it.");
        if ((auth.VaultSignIn ?? auth).Certificate?.Password?.VaultAddress is not null)
            Wrong(given, Keys.CertificatePassword.Path,
                "The password of the sign-in certificate cannot come from a Key Vault, since signing in comes first; use env: or file:.");
        if (!IsGiven(Keys.ClientId) && credentials.Exists(key => key != Keys.ManagedIdentity))
            Missing(Keys.ClientId, "the app registration's application (client) id, a GUID, from its Overview page", given);
        if (IsGiven(Keys.CertificatePassword) && !IsGiven(Keys.CertificatePath))
            Missing(Keys.CertificatePath, "the certificate's file, or leave out its password", given);
    }

    /// <summary>Reported once for the common key, however many destinations need it.</summary>
    private void Missing(SettingKey key, string right, GivenLevel? given = null)
    {
        if (!faults.Has(key.Path) && (given is null || !faults.Has(given.LabelOf(key))))
            faults.AddMissing(SettingOrigin.Default, key.Path, right);
    }

    private void Wrong(GivenLevel given, string path, string text)
    {
        var isOwn = given.HasOwnCredential;
        var key = isOwn ? $"{given.Label}.{path}" : path;
        if (!faults.Has(key)) faults.Add(isOwn ? given.Origin : SettingOrigin.Default, key, text);
    }
}
