using System.Globalization;
using System.Text.Json;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The server's version, the key's user and the warninglists. A role that may not request one of these is no fault; then it is unknown.
/// </summary>
internal static class MispServer
{
    // Part of the stored fingerprint: another text would make a run read all events again.
    private const string Unknown = "not told";

    public static async Task<string> VersionAsync(MispClient client, CancellationToken ct) =>
        (await GetVersionAsync(client, ct)).Version;

    /// <summary>Whether the key may write sightings.</summary>
    public static async Task<bool> MaySightAsync(MispClient client, CancellationToken ct)
    {
        var (json, _) = await client.GetAsync("servers/getVersion", ct);
        using (json) return MispJson.IsOn(json.RootElement, "perm_sighting");
    }

    public static async Task<KeyOwner?> UserAsync(MispClient client, CancellationToken ct) =>
        await client.UserAsync(ct) is { ValueKind: JsonValueKind.Object } user ? new KeyOwner(user) : null;

    /// <summary>How many warninglists are enabled, of how many.</summary>
    public static async Task<(int Enabled, int All)?> WarninglistsAsync(MispClient client, CancellationToken ct) =>
        await GetWarninglistsAsync(client, ct) is { } lists ? (lists.Count(IsEnabled), lists.Count) : null;

    /// <summary>Everything besides the filters that changes the server's responses.</summary>
    public static async Task<SourceState> StateAsync(
        MispClient client, bool withWarninglists, bool hasRelativeTime, ILogger log, CancellationToken ct)
    {
        var (version, serverTime) = await GetVersionAsync(client, ct);
        log.Information("MISP {Version} at {Server}", version, client.Server);
        var owner = await UserAsync(client, ct);
        var lists = !withWarninglists ? "off" : VersionsOf(await GetWarninglistsAsync(client, ct));
        var defaults = new SearchDefaults(await client.UserAsync(ct));
        if (!defaults.IsEmpty) log.Warning("MISP: search defaults are stored for the key's user and are overridden: {Keys}", defaults.Keys);
        if (defaults.Lasting.Any()) log.Warning("MISP: these of them cannot be overridden: {Keys}", defaults.Lasting);
        return new SourceState(
            $"user: {owner?.WithPermissions ?? Unknown}; warninglists: {lists}; search defaults: {defaults}", hasRelativeTime, serverTime)
        {
            Selection = $"user: {owner?.WithVisibility ?? Unknown}; search defaults: {defaults}",
        };
    }

    private static async Task<(string Version, DateTimeOffset ServerTime)> GetVersionAsync(MispClient client, CancellationToken ct)
    {
        var (json, serverTime) = await client.GetAsync("servers/getVersion", ct);
        using (json) return (MispJson.Text(json.RootElement, "version") ?? throw client.Errors.NotMisp(), serverTime);
    }

    private static async Task<List<JsonElement>?> GetWarninglistsAsync(MispClient client, CancellationToken ct) =>
        MispJson.Entries(MispJson.Member(await client.GetIfAllowedAsync("warninglists/index", ct), "Warninglists"))
            ?.Select(item => MispJson.Unwrapped(item, "Warninglist")).ToList();

    private static bool IsEnabled(JsonElement list) => MispJson.IsOn(list, "enabled");

    private static string VersionsOf(List<JsonElement>? lists) => lists is null ? Unknown : string.Join(' ',
        from list in lists
        where IsEnabled(list)
        let id = MispJson.Text(list, "id")
        orderby int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue, id
        select $"{id}/{MispJson.Text(list, "version")}");
}

internal sealed class KeyOwner(JsonElement user)
{
    private readonly JsonElement _role = MispJson.Member(user, "Role");

    public string? Role => MispJson.Text(_role, "name");
    public string? OrganisationId => MispJson.Text(MispJson.Member(user, "User"), "org_id");
    public string? Organisation => MispJson.Text(MispJson.Member(user, "Organisation"), "name");

    /// <summary>Of all permissions, only this one lets a user see the events of others.</summary>
    public bool IsSiteAdmin => MispJson.IsOn(_role, "perm_site_admin");

    /// <summary>Searches in 15 minutes; null for no limit.</summary>
    public int? RateLimit => MispJson.IsOn(_role, "enforce_rate_limit")
        && int.TryParse(MispJson.Text(_role, "rate_limit_count"), CultureInfo.InvariantCulture, out var limit) ? limit : null;

    public SearchDefaults Defaults => new(user);

    /// <summary>The user, with every permission of the role.</summary>
    public string WithPermissions => $"{Identity}: {string.Join(' ', Permissions)}";

    /// <summary>The user, with the permission that decides which events are visible.</summary>
    public string WithVisibility => $"{Identity}, site admin: {IsSiteAdmin}";

    private string Identity
    {
        get
        {
            var account = MispJson.Member(user, "User");
            return $"{MispJson.Text(account, "id")} of {MispJson.Text(account, "org_id")}, role {MispJson.Text(_role, "id")}";
        }
    }

    private IEnumerable<string> Permissions => _role.ValueKind is not JsonValueKind.Object ? [] : _role.EnumerateObject()
        .Where(p => p.Name.StartsWith("perm_", StringComparison.Ordinal) && MispJson.IsOn(p.Value))
        .Select(p => p.Name)
        .Order(StringComparer.Ordinal);
}
