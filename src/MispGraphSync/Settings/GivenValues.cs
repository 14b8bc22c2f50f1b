namespace MispGraphSync.Settings;

/// <summary>What the user gave, by key; a stronger source has already taken a weaker one's place.</summary>
internal sealed class GivenValues
{
    public Dictionary<string, SettingNode> Common { get; } = new(StringComparer.Ordinal);

    public List<GivenDestination> Destinations { get; } = [];
}

/// <summary>One destination as given.</summary>
/// <param name="Index">From 0, in the file's order.</param>
/// <param name="Origin">Where it begins.</param>
internal sealed record GivenDestination(int Index, SettingOrigin Origin)
{
    public Dictionary<string, SettingNode> Values { get; } = new(StringComparer.Ordinal);

    public string? Name => Word(SettingsTable.Name);

    /// <summary>Null when it is missing or none of the kinds.</summary>
    public string? Kind => Word(SettingsTable.Kind) is { } kind && ((IChoices)SettingsTable.Kind.Form).Words.Contains(kind) ? kind : null;

    /// <summary>By name where it has a proper one, else by index.</summary>
    public string Label => Name is { } name && ((TextForm)SettingsTable.Name.Form).Matches(name)
        ? $"destinations.{name}"
        : $"destinations[{Index}]";

    public string LabelOf(SettingKey key) => $"{Label}.{key.Path}";

    /// <summary>Whether it signs in in a way of its own: then nothing of the common credential is taken over.</summary>
    public bool HasOwnCredential => CredentialKeys.Keys.Any(key => Values.ContainsKey(key.Path));

    private string? Word(SettingKey key) => Values.TryGetValue(key.Path, out var node) && node is SettingNode.Text text ? text.Value : null;
}

/// <summary>The ways to sign in, of which exactly one is chosen.</summary>
internal static class CredentialKeys
{
    public static IReadOnlyList<SettingKey> Keys { get; } =
    [
        SettingsTable.ClientSecret, SettingsTable.CertificatePath, SettingsTable.ManagedIdentity, SettingsTable.FederatedTokenFile,
    ];

    public static bool Concerns(SettingKey key) => Keys.Contains(key) || key == SettingsTable.CertificatePassword;
}
