using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>The faults that one key alone does not show: keys that require, exclude or contradict each other.</summary>
internal sealed class SettingsChecks(EffectiveValues values, AppSettings settings, SettingsFaults faults, ReaderOptions options)
{
    public void Run()
    {
        foreach (var (given, source) in values.Sources.Zip(settings.Sources)) CheckSource(given, source);
        CheckSourcesDiffer();
        if (settings.CaFile is { } file && !File.Exists(file))
            faults.Add(values.Find(Keys.CaFile).Origin, Keys.CaFile.Path, $"There is no file {file}.");
        CheckNames();
        if (!settings.Destinations.Any(one => one.Enabled) && !faults.Has(FileLayer.Destinations))
            faults.Add(SettingOrigin.Default, FileLayer.Destinations,
                "None is enabled; give at least one, or set its \"enabled\" to true.");

        foreach (var (given, destination) in values.Destinations.Zip(settings.Destinations))
        {
            CheckKeysOfKind(given);
            CheckSources(given, destination);
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

    private void CheckSource(GivenLevel? given, MispSettings source)
    {
        foreach (var key in values.Table.InSource.Values.Where(key => !key.IsOf(source.Kind)))
        {
            var found = values.Find(key, given);
            if (found.Value is { } value && found.Origin != SettingOrigin.Default)
                faults.Add(value.Origin, found.Label, $"This key does not belong to a source of the kind {source.Kind}.");
        }

        if (!source.IsServer)
        {
            MissingOf(given, Keys.MispPath, "the folder of the feed, or the file or folder with saved MISP JSON");
            return;
        }

        if (source.Decay is null && (values.Of(Keys.MispDecayThreshold, given) is not null || values.Of(Keys.MispDecayAsConfidence, given)))
            MissingOf(given, Keys.MispDecayModel, "the decaying model whose scores count");
        var hasUrl = values.Find(Keys.MispUrl, given).Value is not null;
        var hasKey = values.Find(Keys.MispKey, given).Value is not null;
        var isNeeded = options.NeedsMisp || given is not null;
        if (hasKey || isNeeded) MissingOf(given, Keys.MispUrl, "the address of your MISP server, such as https://misp.example.com");
        if (options.NeedsSecrets && (hasUrl || isNeeded))
            MissingOf(given, Keys.MispKey, "the auth key to read with, best as env:MISP_KEY or file:PATH");
    }

    private void MissingOf(GivenLevel? source, SettingKey key, string right)
    {
        var found = values.Find(key, source);
        if (found.Value is null && !faults.Has(found.Label)) faults.AddMissing(source?.Origin ?? SettingOrigin.Default, found.Label, right);
    }

    /// <summary>The ledger knows a source by its name, and one that is read twice would count twice.</summary>
    private void CheckSourcesDiffer()
    {
        var (names, places) = (new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase), new Dictionary<string, string>());
        foreach (var (given, source) in values.Sources.Zip(settings.Sources))
        {
            if (given is null) return;
            var name = values.Find(Keys.MispName, given);
            if (!names.TryAdd(source.Name, given.Label))
                faults.Add(name.Value!.Origin == SettingOrigin.Default ? given.Origin : name.Value.Origin, name.Label,
                    $"The name {SettingsFaults.Quote(name.Value)} is taken by {names[source.Name]}; each source needs a name of its own.");
            var place = source.IsServer
                ? $"{source.Url?.GetLeftPart(UriPartial.Path).TrimEnd('/')}\n{values.Find(Keys.MispKey, given).Value?.Text}"
                : source.Path;
            if (place is null || (source.IsServer && source.Url is null) || places.TryAdd(place, given.Label)) continue;
            faults.Add(given.Origin, given.Label, source.IsServer
                ? $"It reads the same server with the same key as {places[place]}. Remove one of them; eventFilters of one can be wider."
                : $"It reads the same path as {places[place]}; remove one of them.");
        }
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

    private void CheckSources(GivenLevel given, DestinationSettings destination)
    {
        var known = settings.Sources.Select(one => one.Name).ToList();
        foreach (var name in destination.Sources.Except(known))
        {
            new DestinationValues(values, given, faults).Wrong(
                Keys.OwnSources, $"There is no source {SettingsFaults.Quote(name)}; there is {string.Join(", ", known)}.");
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
