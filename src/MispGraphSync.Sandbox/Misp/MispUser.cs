using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The owner of an auth key.</summary>
public sealed class MispUser(string key)
{
    public string Key => key;

    public int Id { get; init; } = 2;

    public string Email { get; init; } = "sync@sandbox.example";

    public string Organisation { get; init; } = "Sandbox CERT";

    public string Role { get; set; } = "Sync user";

    /// <summary>A sync user gets no local tags unless it sends <c>excludeLocalTags: 0</c>.</summary>
    public bool IsSync { get; set; } = true;

    public bool IsSiteAdmin { get; set; }

    /// <summary>Has <c>perm_sighting</c>.</summary>
    public bool MaySight { get; set; } = true;

    /// <summary>An expired key and a role without API access are refused with the same words.</summary>
    public bool IsRefused { get; set; }

    /// <summary>
    /// Search defaults (<c>default_restsearch_parameters</c>), merged into each search: a key of the request wins, but null does
    /// not, and two lists are merged place by place.
    /// </summary>
    public JsonObject SearchDefaults { get; set; } = [];

    /// <summary>UUIDs of events that this user may not see.</summary>
    public ISet<string> Hidden { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
}
