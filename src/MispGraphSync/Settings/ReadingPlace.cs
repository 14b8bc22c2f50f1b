using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>What the forms need around a value: where relative paths start, the environment, and where faults go.</summary>
internal sealed record ReadingPlace
{
    public required SettingsFaults Faults { get; init; }

    /// <summary>The settings file's folder, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>What <c>~/</c> stands for; null when unknown.</summary>
    public string? Home { get; init; }

    /// <summary>Looks up an environment variable, for <c>env:</c> secrets.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Faults of one event filter, as sentences; null: filters are not looked into.</summary>
    public Func<JsonElement, IEnumerable<string>>? CheckFilter { get; init; }

    public void Wrong(SettingNode node, string key, string text) => Faults.Add(node.Origin, key, text);
}
