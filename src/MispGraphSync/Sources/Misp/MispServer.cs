using System.Globalization;
using System.Text.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>What a server says about itself and the key's owner, for people. What the role may not ask for is null.</summary>
internal static class MispServer
{
    /// <exception cref="MispException">What answers is no MISP, or refuses the key.</exception>
    public static async Task<string> VersionAsync(MispClient client, CancellationToken ct)
    {
        var (json, _) = await client.GetAsync("servers/getVersion", ct);
        using (json) return MispJson.Text(json.RootElement, "version") ?? throw client.Errors.OfStrangeAnswer();
    }

    public static async Task<KeyOwner?> UserAsync(MispClient client, CancellationToken ct)
    {
        var root = await client.UserAsync(ct);
        if (root.ValueKind is not JsonValueKind.Object) return null;
        var role = MispJson.Member(root, "Role");
        var isLimited = MispJson.IsOn(MispJson.Member(role, "enforce_rate_limit"));
        return new KeyOwner(
            MispJson.Text(role, "name"),
            MispJson.Text(MispJson.Member(root, "Organisation"), "name"),
            MispJson.IsOn(MispJson.Member(role, "perm_site_admin")),
            isLimited && int.TryParse(MispJson.Text(role, "rate_limit_count"), CultureInfo.InvariantCulture, out var limit) ? limit : null,
            SearchDefaults.Of(root));
    }

    /// <summary>How many warninglists are enabled, of how many.</summary>
    public static async Task<(int Enabled, int All)?> WarninglistsAsync(MispClient client, CancellationToken ct)
    {
        var counted = await MispJson.AskAsync(client, "warninglists/index", root =>
            MispJson.Entries(MispJson.Member(root, "Warninglists")) is { } lists
                ? new Counted(lists.Count(IsEnabled), lists.Count)
                : null, ct);
        return counted is null ? null : (counted.Enabled, counted.All);
    }

    private static bool IsEnabled(JsonElement item) => MispJson.IsOn(MispJson.Member(MispJson.Unwrapped(item, "Warninglist"), "enabled"));

    private sealed record Counted(int Enabled, int All);
}

/// <param name="RateLimit">Searches in 15 minutes; null: no limit.</param>
internal sealed record KeyOwner(string? Role, string? Organisation, bool IsSiteAdmin, int? RateLimit, SearchDefaults Defaults);
