using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Tells what this installation put there from what others did. Lists need not repeat our key, so it is made again from
/// type and value, and counts only where everything else says that we were the creator: an application, with our client
/// id where the settings name it, under our instance's name.
/// </summary>
internal sealed record DefenderOwner(string Instance, string? ClientId)
{
    /// <summary>The stable key that the value has, whoever holds it.</summary>
    public Guid KeyOf(DefenderValue value) => StableId.ForIndicator(Instance, "defender", "", value.ToString(), 0);

    public bool Created(JsonElement item, Guid key)
    {
        if (Guid.TryParseExact(DefenderJson.Text(item, "externalID"), "D", out var told)) return told == key;
        return !Differs(item, "sourceType", "AadApp")
            && (ClientId is null || !Differs(item, "createdBy", ClientId))
            && DefenderJson.Text(item, "application") == Instance;
    }

    /// <summary>Missing tells nothing.</summary>
    private static bool Differs(JsonElement item, string name, string expected) =>
        DefenderJson.Text(item, name) is { Length: > 0 } text && !text.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
