namespace MispGraphSync.Settings;

/// <summary>
/// <c>config init --from-env</c>: takes MISP_GRAPH__… variables, and the names that MISP and Azure tools commonly use.
/// A secret is written as a reference to its variable, never as itself.
/// </summary>
internal static class ConfigFromEnvironment
{
    private static readonly (SettingKey Key, string[] Variables)[] CommonNames =
    [
        (Keys.MispUrl, ["MISP_URL"]),
        (Keys.MispKey, ["MISP_KEY", "MISP_API_KEY", "MISP_AUTHKEY"]),
        (Keys.Tenant, ["AZURE_TENANT_ID"]),
        (Keys.ClientId, ["AZURE_CLIENT_ID"]),
    ];

    /// <summary>The first one that is set is the way to sign in.</summary>
    private static readonly (SettingKey Key, string[] Variables)[] CommonCredentials =
    [
        (Keys.ClientSecret, ["AZURE_CLIENT_SECRET"]),
        (Keys.CertificatePath, ["AZURE_CLIENT_CERTIFICATE_PATH"]),
        (Keys.FederatedTokenFile, ["AZURE_FEDERATED_TOKEN_FILE"]),
    ];

    /// <exception cref="RunFailedException">A MISP_GRAPH__… variable names no key.</exception>
    public static ConfigDraft Draft(IReadOnlyDictionary<string, string> environment, SettingsTable table)
    {
        var (faults, given) = (new SettingsFaults(), new GivenSettings(table));
        new OverrideLayers(given, faults).AddEnvironment(environment);
        if (faults.All.Count > 0)
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"Some variables are wrong:\n  {string.Join("\n  ", faults.All)}", "Correct or unset them; nothing was written.");

        foreach (var common in CommonNames) TryAdd(common);
        if (!HasCredential()) _ = CommonCredentials.FirstOrDefault(TryAdd);

        var draft = new ConfigDraft(table);
        draft.Common.AddRange(given.Top.Values.Select(one => ByReference(table.AtTop[one.Key], one.Value)));
        foreach (var key in (SettingKey[])[Keys.MispUrl, Keys.MispKey, Keys.Tenant, Keys.ClientId, Keys.ClientSecret])
        {
            var isNeeded = key == Keys.ClientSecret ? !HasCredential()
                : key != Keys.ClientId || !given.Top.Values.ContainsKey(Keys.ManagedIdentity.Path);
            if (isNeeded && !given.Top.Values.ContainsKey(key.Path)) draft.Common.Add(DraftValue.ToFillIn(key));
        }

        foreach (var destination in given.Destinations)
            draft.Destinations.Add([.. destination.Values.Select(one => ByReference(table.InDestination[one.Key], one.Value))]);
        if (draft.Destinations.Count == 0) draft.AddDestination(table.Kinds[0].Name);
        return draft;

        bool HasCredential() => Keys.Credentials.Any(key => given.Top.Values.ContainsKey(key.Path));

        bool TryAdd((SettingKey Key, string[] Variables) common) =>
            common.Variables.FirstOrDefault(name => environment.GetValueOrDefault(name) is { Length: > 0 }) is { } name
            && given.Top.Values.TryAdd(common.Key.Path, new SettingValue(environment[name], SettingOrigin.Variable(name)));
    }

    private static DraftValue ByReference(SettingKey key, SettingValue value)
    {
        var draft = new DraftValue(key, value.Json);
        return draft.IsLiteralSecret ? new DraftValue(key, $"env:{value.Origin.Place}") : draft;
    }
}
