using System.Globalization;
using System.Text.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>What a server tells of itself and of the key's owner, for people. What the role may not ask for is null.</summary>
internal static class ServerFacts
{
    /// <exception cref="MispException">What answers is no MISP, or refuses the key.</exception>
    public static async Task<string> VersionAsync(MispClient client, CancellationToken ct)
    {
        var (json, _) = await client.GetAsync("servers/getVersion", ct);
        using (json) return Text(json.RootElement, "version") ?? throw client.Faults.OfStrangeAnswer();
    }

    public static Task<KeyOwner?> UserAsync(MispClient client, CancellationToken ct) => AskAsync(client, "users/view/me", root =>
    {
        var role = Member(root, "Role");
        return new KeyOwner(
            Text(role, "name"), Text(Member(root, "Organisation"), "name"), IsOn(Member(role, "perm_site_admin")),
            IsOn(Member(role, "enforce_rate_limit")) && int.TryParse(Text(role, "rate_limit_count"), CultureInfo.InvariantCulture, out var limit) ? limit : null);
    }, ct);

    /// <summary>How many warninglists are enabled, of how many.</summary>
    public static async Task<(int Enabled, int All)?> WarninglistsAsync(MispClient client, CancellationToken ct)
    {
        var counted = await AskAsync(client, "warninglists/index", root => Member(root, "Warninglists") is { ValueKind: JsonValueKind.Array } lists
            ? new Counted(lists.EnumerateArray().Count(item => IsOn(Member(Unwrapped(item), "enabled"))), lists.GetArrayLength())
            : null, ct);
        return counted is null ? null : (counted.Enabled, counted.All);
    }

    private static JsonElement Unwrapped(JsonElement item) => Member(item, "Warninglist") is { ValueKind: JsonValueKind.Object } wrapped ? wrapped : item;

    private static async Task<T?> AskAsync<T>(MispClient client, string path, Func<JsonElement, T?> read, CancellationToken ct)
        where T : class
    {
        try
        {
            var (json, _) = await client.GetAsync(path, ct);
            using (json) return read(json.RootElement);
        }
        catch (MispException e) when (e.Trouble is MispTrouble.SignIn or MispTrouble.NotFound)
        {
            return null;
        }
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } member ? member.ToString() : null;

    private static bool IsOn(JsonElement value) => value.ValueKind is JsonValueKind.True
        || (value.ValueKind is JsonValueKind.String or JsonValueKind.Number && value.ToString() is "1" or "true");

    private sealed record Counted(int Enabled, int All);
}

/// <param name="RateLimit">Searches in 15 minutes; null: no limit.</param>
internal sealed record KeyOwner(string? Role, string? Organisation, bool IsSiteAdmin, int? RateLimit);
