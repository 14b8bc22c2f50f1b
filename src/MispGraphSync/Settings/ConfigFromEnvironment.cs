using MispGraphSync.Core.Ports;
using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings;

/// <summary>
/// <c>config init --from-env</c>: takes MISP_GRAPH__… variables, and the names that MISP and Azure tools commonly use.
/// A secret is written as a reference to the variable that holds it, never as itself.
/// </summary>
internal static class ConfigFromEnvironment
{
    private static readonly (SettingKey Key, string[] Variables)[] CommonNames =
    [
        (MispUrl, ["MISP_URL"]),
        (MispKey, ["MISP_KEY", "MISP_API_KEY", "MISP_AUTHKEY"]),
        (Tenant, ["AZURE_TENANT_ID"]),
        (ClientId, ["AZURE_CLIENT_ID"]),
    ];

    /// <summary>The first that is set is how to sign in.</summary>
    private static readonly (SettingKey Key, string Variable)[] CommonCredentials =
    [
        (ClientSecret, "AZURE_CLIENT_SECRET"),
        (CertificatePath, "AZURE_CLIENT_CERTIFICATE_PATH"),
        (FederatedTokenFile, "AZURE_FEDERATED_TOKEN_FILE"),
    ];

    /// <exception cref="RunFailedException">A MISP_GRAPH__… variable names no key.</exception>
    public static ConfigDraft Draft(IReadOnlyDictionary<string, string> environment)
    {
        var faults = new SettingsFaults();
        var given = new GivenValues();
        new OverrideLayer(given, faults).LayEnvironment(environment);
        if (faults.All.Count > 0)
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"Some variables are wrong:\n  {string.Join("\n  ", faults.All)}", "Correct or unset them; nothing was written.");

        foreach (var (key, names) in CommonNames)
        {
            if (names.FirstOrDefault(n => IsSet(environment, n)) is { } name) Add(given, key, environment, name);
        }

        if (!CredentialKeys.Keys.Any(k => given.Common.ContainsKey(k.Path)))
        {
            var (key, name) = CommonCredentials.FirstOrDefault(c => IsSet(environment, c.Variable), CommonCredentials[0]);
            if (IsSet(environment, name)) Add(given, key, environment, name);
        }

        return ToDraft(given);
    }

    private static void Add(GivenValues given, SettingKey key, IReadOnlyDictionary<string, string> environment, string name) =>
        given.Common.TryAdd(key.Path, new SettingNode.Text(new SettingOrigin.Variable(name), environment[name]));

    private static bool IsSet(IReadOnlyDictionary<string, string> environment, string name) => environment.GetValueOrDefault(name) is { Length: > 0 };

    private static ConfigDraft ToDraft(GivenValues given)
    {
        var draft = new ConfigDraft();
        draft.Common.AddRange(given.Common.Select(v => ByReference(AtTop[v.Key], v.Value)));
        var hasCredential = CredentialKeys.Keys.Any(k => given.Common.ContainsKey(k.Path));
        foreach (var key in (SettingKey[])[MispUrl, MispKey, Tenant, ClientId, ClientSecret])
        {
            var isNeeded = key == ClientSecret ? !hasCredential : key != ClientId || !given.Common.ContainsKey(ManagedIdentity.Path);
            if (isNeeded && !given.Common.ContainsKey(key.Path)) draft.Common.Add(DraftValue.Text(key, key.Placeholder!.Trim('"'), "Still to be filled in."));
        }

        foreach (var destination in given.Destinations)
            draft.Destinations.Add([.. destination.Values.Select(v => ByReference(InDestination[v.Key], v.Value))]);
        if (draft.Destinations.Count == 0) draft.Destinations.Add([DraftValue.Text(Name, Graph), DraftValue.Text(Kind, Graph)]);
        return draft;
    }

    private static DraftValue ByReference(SettingKey key, SettingNode node)
    {
        var value = new DraftValue(key, node);
        return value.IsLiteralSecret && node.Origin is SettingOrigin.Variable variable
            ? DraftValue.Text(key, $"env:{variable.Name}")
            : value;
    }
}
