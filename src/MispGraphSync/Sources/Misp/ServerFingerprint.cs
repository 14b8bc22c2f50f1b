using System.Globalization;
using System.Text.Json;
using MispGraphSync.Core.Ports;
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
            var version = MispJson.Text(json.RootElement, "version") ?? throw client.Errors.OfStrangeAnswer();
            log.Information("MISP {Version} at {Server}", version, client.Server);
        }

        var owner = await client.UserAsync(ct);
        var user = owner.ValueKind is JsonValueKind.Object ? UserOf(owner) : new UserState("not told", "not told");
        var lists = withWarninglists ? await MispJson.AskAsync(client, "warninglists/index", WarninglistsOf, ct) ?? "not told" : "off";
        var defaults = SearchDefaults.Of(owner);
        if (!defaults.IsEmpty) log.Warning("MISP: search defaults are stored for the key's user and are overridden: {Keys}", defaults.Keys);
        if (defaults.Lasting.Any()) log.Warning("MISP: these of them cannot be overridden: {Keys}", defaults.Lasting);
        return new SourceState($"user: {user.All}; warninglists: {lists}; search defaults: {defaults}", hasRelativeTime, serverTime)
        {
            Selection = $"user: {user.Rights}; search defaults: {defaults}",
        };
    }

    private static UserState UserOf(JsonElement root)
    {
        var user = MispJson.Member(root, "User");
        var role = MispJson.Member(root, "Role");
        var permissions = role.ValueKind is JsonValueKind.Object
            ? role.EnumerateObject()
                .Where(p => p.Name.StartsWith("perm_", StringComparison.Ordinal) && MispJson.IsOn(p.Value))
                .Select(p => p.Name)
                .Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        var who = $"{MispJson.Text(user, "id")} of {MispJson.Text(user, "org_id")}, role {MispJson.Text(role, "id")}";
        // Of all permissions only this one lets a user see the events of others.
        return new UserState($"{who}: {string.Join(' ', permissions)}", $"{who}, site admin: {MispJson.IsOn(MispJson.Member(role, "perm_site_admin"))}");
    }

    private static string WarninglistsOf(JsonElement root)
    {
        if (MispJson.Entries(MispJson.Member(root, "Warninglists")) is not { } lists)
        {
            return "not told";
        }
        var enabled =
            from item in lists
            let list = MispJson.Unwrapped(item, "Warninglist")
            where MispJson.IsOn(MispJson.Member(list, "enabled"))
            let id = MispJson.Text(list, "id")
            orderby int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue, id
            select $"{id}/{MispJson.Text(list, "version")}";
        return string.Join(' ', enabled);
    }

    /// <param name="All">With every permission of the role.</param>
    /// <param name="Rights">What decides which events the user may see.</param>
    private sealed record UserState(string All, string Rights);
}
