namespace MispGraphSync.Settings;

/// <summary>What a kind of destination adds to the settings.</summary>
/// <param name="Name">The word in the settings, such as <c>sentinel</c>.</param>
/// <param name="Title">The word in sentences, such as <c>Sentinel</c>.</param>
/// <param name="Meaning">What the kind sends to, for the docs of the key <c>kind</c>.</param>
internal sealed record KindSettings(string Name, string Title, string Meaning)
{
    /// <summary>Its own rows of the table, in the order of the docs.</summary>
    public IReadOnlyList<SettingKey> Keys { get; init; } = [];

    /// <summary>The default of the common key <c>requestsPerMinute</c>.</summary>
    public required int RequestsPerMinute { get; init; }

    /// <summary>The word of <c>alerts.route</c> for the list of alerts that its service offers; null: none.</summary>
    public string? AlertRoute { get; init; }

    /// <summary>Whether that list has the alerts of other kinds too.</summary>
    public bool IsAlertRouteForAll { get; init; }

    /// <summary>False where a match always does the same, whatever the key <c>action</c> says.</summary>
    public bool HasActions { get; init; } = true;

    /// <summary>Whether the action <c>warn</c> exists there.</summary>
    public bool TakesWarn { get; init; }

    /// <summary>Whether the key <c>passiveOnly</c> has an effect.</summary>
    public bool TakesPassiveOnly { get; init; }

    /// <summary>Whether it needs a tenant and a credential.</summary>
    public bool NeedsSignIn { get; init; } = true;

    /// <summary>Makes the kind's own record of the common one.</summary>
    public required Func<DestinationSettings, DestinationValues, DestinationSettings> Bind { get; init; }

    /// <summary>Adds the faults that no single key shows.</summary>
    public Action<DestinationSettings, DestinationValues> Check { get; init; } = static (_, _) => { };

    /// <summary>Sentences on what is allowed and probably not meant.</summary>
    public Func<DestinationSettings, IEnumerable<string>> Warnings { get; init; } = static _ => [];

    /// <summary>The keys that tell two destinations of this kind apart, for a fault: <c>workspaceId or sourceSystem</c>.</summary>
    public required string Distinguishers { get; init; }

    /// <summary>What somebody must know who chooses this kind; null: nothing.</summary>
    public string? Notice { get; init; }

    /// <summary>What <c>config init</c> asks.</summary>
    public IReadOnlyList<KindQuestion> Questions { get; init; } = [];
}

/// <summary>One question of <c>config init</c>.</summary>
/// <param name="Fallback">The answer that Enter gives; null: there is none.</param>
internal sealed record KindQuestion(SettingKey Key, string Text, string? Fallback = null);
