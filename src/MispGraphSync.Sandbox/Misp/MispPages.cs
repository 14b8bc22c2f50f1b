using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The answers besides events.</summary>
internal static class MispPages
{
    private static readonly (string Type, string Category, bool ToIds)[] KnownTypes =
    [
        ("md5", "Payload delivery", true), ("sha1", "Payload delivery", true), ("sha256", "Payload delivery", true),
        ("filename", "Payload delivery", true), ("filename|sha256", "Payload delivery", true), ("ip-src", "Network activity", true),
        ("ip-dst", "Network activity", true), ("domain", "Network activity", true), ("hostname", "Network activity", true),
        ("domain|ip", "Network activity", true), ("ip-dst|port", "Network activity", true), ("url", "Network activity", true),
        ("email-src", "Payload delivery", true), ("email-subject", "Payload delivery", false), ("mutex", "Artifacts dropped", true),
        ("comment", "Other", false), ("text", "Other", false), ("link", "External analysis", false), ("size-in-bytes", "Other", false),
    ];

    public static JsonObject Version(MispState state, MispUser user) => new()
    {
        ["version"] = state.Version,
        ["pymisp_recommended_version"] = state.Version,
        ["perm_sync"] = user.IsSync,
        ["perm_sighting"] = user.MaySight,
        ["perm_galaxy_editor"] = false,
        ["perm_analyst_data"] = true,
        ["uuid"] = MispIds.Uuid(MispIds.Kind.Organisation, 0),
        ["request_encoding"] = new JsonArray("gzip"),
        ["filter_sightings"] = true,
    };

    public static JsonObject User(MispState state, MispUser user) => new()
    {
        ["User"] = new JsonObject
        {
            ["id"] = user.Id.ToString(),
            ["org_id"] = MispNumbers.Of("org", user.Organisation).ToString(),
            ["email"] = user.Email,
            ["autoalert"] = false,
            ["role_id"] = user.IsSiteAdmin ? "1" : user.IsSync ? "5" : "6",
            ["disabled"] = false,
            ["expiration"] = null,
            ["last_api_access"] = "0",
        },
        ["Role"] = new JsonObject
        {
            ["id"] = user.IsSiteAdmin ? "1" : user.IsSync ? "5" : "6",
            ["name"] = user.Role,
            ["perm_sync"] = user.IsSync,
            ["perm_auth"] = true,
            ["perm_site_admin"] = user.IsSiteAdmin,
            ["enforce_rate_limit"] = state.RateLimit is not null,
            ["rate_limit_count"] = (state.RateLimit ?? 0).ToString(),
        },
        // PHP writes an empty map as a list.
        ["UserSetting"] = user.SearchDefaults.Count == 0
            ? new JsonArray()
            : new JsonObject { ["default_restsearch_parameters"] = user.SearchDefaults.DeepClone() },
        ["Organisation"] = new JsonObject
        {
            ["id"] = MispNumbers.Of("org", user.Organisation).ToString(),
            ["name"] = user.Organisation,
            ["uuid"] = MispIds.Uuid(MispIds.Kind.Organisation, MispNumbers.Of("org", user.Organisation)),
            ["local"] = true,
        },
    };

    public static JsonObject Warninglists(MispState state) => new()
    {
        ["Warninglists"] = new JsonArray([.. state.Warninglists.Select(list => new JsonObject
        {
            ["Warninglist"] = new JsonObject
            {
                ["id"] = list.Id.ToString(),
                ["name"] = list.Name,
                ["type"] = list.Type,
                ["description"] = list.Name,
                ["version"] = list.Version,
                ["enabled"] = list.Enabled,
                ["default"] = true,
                ["category"] = "false_positive",
                ["warninglist_entry_count"] = list.Entries.Count.ToString(),
                ["valid_attributes"] = "ip-src, ip-dst, domain, hostname, url, md5",
            },
        })]),
    };

    public static JsonObject Types()
    {
        var defaults = new JsonObject();
        var byCategory = new JsonObject();
        foreach (var (type, category, toIds) in KnownTypes)
        {
            defaults[type] = new JsonObject { ["default_category"] = category, ["to_ids"] = toIds ? 1 : 0 };
            if (byCategory[category] is not JsonArray) byCategory[category] = new JsonArray();
            ((JsonArray)byCategory[category]!).Add((JsonNode)type);
        }

        return new JsonObject
        {
            ["result"] = new JsonObject
            {
                ["sane_defaults"] = defaults,
                ["types"] = new JsonArray([.. KnownTypes.Select(known => (JsonNode)known.Type)]),
                ["categories"] = new JsonArray([.. byCategory.Select(pair => (JsonNode)pair.Key)]),
                ["category_type_mappings"] = byCategory,
            },
        };
    }
}
