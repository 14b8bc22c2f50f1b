using System.Globalization;
using System.Text.Json;
using MispGraphSync.Core.Sync;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// What shapes a server's answers besides the filters: whose key it is, what its role may see, and which warninglists are
/// on. A role that may not ask for these is no fault; then they are simply not known.
/// </summary>
internal static class ServerFingerprint
{
    /// <exception cref="MispException">The server does not answer as MISP does.</exception>
    public static async Task<SourceState> ReadAsync(
        MispClient client, bool withWarninglists, bool hasRelativeTime, ILogger log, CancellationToken ct)
    {
        var (json, serverTime) = await client.GetAsync("servers/getVersion", ct);
        using (json)
        {
            var version = Text(json.RootElement, "version") ?? throw client.Faults.OfStrangeAnswer();
            log.Information("MISP {Version} at {Server}", version, client.Server);
        }

        var user = await AskAsync(client, "users/view/me", UserOf, log, ct) ?? new UserState("not told", "not told");
        var lists = withWarninglists ? await AskAsync(client, "warninglists/index", WarninglistsOf, log, ct) ?? "not told" : "off";
        return new SourceState($"user: {user.All}; warninglists: {lists}", hasRelativeTime, serverTime) { Selection = $"user: {user.Rights}" };
    }

    private static async Task<T?> AskAsync<T>(
        MispClient client, string path, Func<JsonElement, T> read, ILogger log, CancellationToken ct)
        where T : class
    {
        try
        {
            var (json, _) = await client.GetAsync(path, ct);
            using (json)
            {
                return read(json.RootElement);
            }
        }
        catch (MispException e) when (e.Trouble is MispTrouble.SignIn or MispTrouble.NotFound)
        {
            log.Information("MISP does not tell {Path}: {Reason}", path, e.Message);
            return null;
        }
    }

    private static UserState UserOf(JsonElement root)
    {
        var user = Member(root, "User");
        var role = Member(root, "Role");
        var permissions = role.ValueKind is JsonValueKind.Object
            ? role.EnumerateObject()
                .Where(p => p.Name.StartsWith("perm_", StringComparison.Ordinal) && IsOn(p.Value))
                .Select(p => p.Name)
                .Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        var who = $"{Text(user, "id")} of {Text(user, "org_id")}, role {Text(role, "id")}";
        // Of all permissions only this one lets a user see the events of others.
        return new UserState($"{who}: {string.Join(' ', permissions)}", $"{who}, site admin: {IsOn(Member(role, "perm_site_admin"))}");
    }

    private static string WarninglistsOf(JsonElement root)
    {
        var lists = Member(root, "Warninglists");
        if (lists.ValueKind is not JsonValueKind.Array)
        {
            return "not told";
        }
        var enabled =
            from item in lists.EnumerateArray()
            let list = Member(item, "Warninglist") is { ValueKind: JsonValueKind.Object } wrapped ? wrapped : item
            where IsOn(Member(list, "enabled"))
            let id = Text(list, "id")
            orderby int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue, id
            select $"{id}/{Text(list, "version")}";
        return string.Join(' ', enabled);
    }

    /// <param name="All">With every permission of the role.</param>
    /// <param name="Rights">What decides which events the user may see.</param>
    private sealed record UserState(string All, string Rights);

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } member ? member.ToString() : null;

    private static bool IsOn(JsonElement value) => value.ValueKind is JsonValueKind.True || (value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    }) is "1" or "true";
}
