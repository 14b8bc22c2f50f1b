using System.Text.Json;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// The properties of the STIX objects that the upload API takes. Extension properties (<c>x_…</c>) are taken and not indexed; any
/// other one is probably misspelt.
/// </summary>
internal static class StixProperties
{
    private static readonly HashSet<string> Common =
    [
        "type", "spec_version", "id", "created", "modified", "created_by_ref", "revoked", "labels", "confidence", "lang",
        "external_references", "granular_markings", "object_marking_refs", "extensions", "name", "description",
    ];

    private static readonly HashSet<string> Indicator =
    [
        "pattern", "pattern_type", "pattern_version", "valid_from", "valid_until", "indicator_types", "kill_chain_phases",
    ];

    private static readonly HashSet<string> Others =
    [
        "identity_class", "roles", "sectors", "contact_information", "aliases", "kill_chain_phases", "threat_actor_types", "first_seen",
        "last_seen", "goals", "sophistication", "resource_level", "primary_motivation", "secondary_motivations",
        "personal_motivations", "relationship_type", "source_ref", "target_ref", "start_time", "stop_time",
    ];

    /// <exception cref="NoFactException">A property is not known.</exception>
    public static void Check(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object) return;
        var own = StixRules.Text(item, "type") is "indicator" ? Indicator : Others;
        foreach (var property in item.EnumerateObject())
        {
            var name = property.Name;
            if (!Common.Contains(name) && !own.Contains(name) && !name.StartsWith("x_", StringComparison.Ordinal))
                throw new NoFactException($"the property {name} of a STIX object");
        }
    }
}
