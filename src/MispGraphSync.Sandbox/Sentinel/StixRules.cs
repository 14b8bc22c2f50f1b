using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>What the upload API holds against one STIX object; each message names the property and its value.</summary>
internal static partial class StixRules
{
    private static readonly string[] Types = ["indicator", "attack-pattern", "threat-actor", "identity", "relationship"];

    private static readonly string[] PatternTypes = ["stix", "yara", "sigma", "snort", "suricata", "pcre"];

    public static List<string> Faults(JsonElement item)
    {
        List<string> faults = [];
        if (item.ValueKind != JsonValueKind.Object)
        {
            faults.Add("Error for Object: it is no JSON object.");
            return faults;
        }

        var type = Text(item, "type");
        if (type is null) faults.Add(Missing("type"));
        else if (Array.IndexOf(Types, type) < 0) faults.Add(Wrong(item, "type", "is not supported"));
        if (Text(item, "id") is not { } id) faults.Add(Missing("id"));
        else if (!Identity().IsMatch(id) || (type is not null && !id.StartsWith(type + "--", StringComparison.Ordinal)))
            faults.Add(Wrong(item, "id", "is not valid for its type"));

        var created = Instant(item, "created", required: true, faults);
        var modified = Instant(item, "modified", required: true, faults);
        if (created > modified) faults.Add(Wrong(item, "modified", "is earlier than created"));
        if (Text(item, "spec_version") is not (null or "2.0" or "2.1")) faults.Add(Wrong(item, "spec_version", "is not supported"));
        if (item.TryGetProperty("confidence", out var confidence) && !(confidence.TryGetInt(out var number) && number is >= 0 and <= 100))
            faults.Add(Wrong(item, "confidence", "is not between 0 and 100"));
        if (item.TryGetProperty("revoked", out var revoked) && revoked.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            faults.Add(Wrong(item, "revoked", "is not a boolean"));
        foreach (var list in (string[])["labels", "indicator_types", "object_marking_refs"])
        {
            if (item.TryGetProperty(list, out var texts) && !IsTextList(texts)) faults.Add(Wrong(item, list, "is not a list of strings"));
        }

        if (type == "indicator") Indicator(item, faults);
        foreach (var required in RequiredOf(type).Where(required => Text(item, required) is null)) faults.Add(Missing(required));
        return faults;
    }

    public static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static void Indicator(JsonElement item, List<string> faults)
    {
        var from = Instant(item, "valid_from", required: true, faults);
        var until = Instant(item, "valid_until", required: false, faults);
        if (until <= from) faults.Add(Wrong(item, "valid_until", "is not later than valid_from"));
        if (Text(item, "pattern_type") is not { } patternType) faults.Add(Missing("pattern_type"));
        else if (!PatternTypes.Contains(patternType)) faults.Add(Wrong(item, "pattern_type", "is not supported"));
        if (Text(item, "pattern") is not { Length: > 0 } pattern) faults.Add(Missing("pattern"));
        else if (Text(item, "pattern_type") == "stix" && StixPattern.Parse(pattern) is null)
            faults.Add(Wrong(item, "pattern", "is not a valid STIX pattern"));
        if (item.TryGetProperty("kill_chain_phases", out var phases) && !IsPhaseList(phases))
            faults.Add(Wrong(item, "kill_chain_phases", "is not a list of kill chain phases"));
    }

    private static string[] RequiredOf(string? type) => type switch
    {
        "attack-pattern" or "threat-actor" or "identity" => ["name"],
        "relationship" => ["relationship_type", "source_ref", "target_ref"],
        _ => [],
    };

    private static DateTimeOffset? Instant(JsonElement item, string name, bool required, List<string> faults)
    {
        if (!item.TryGetProperty(name, out var value))
        {
            if (required) faults.Add(Missing(name));
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString()!.EndsWith('Z') && value.TryGetDateTimeOffset(out var instant))
            return instant;

        faults.Add(Wrong(item, name, "is not a UTC timestamp"));
        return null;
    }

    private static bool IsPhaseList(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsPhase);

    private static bool IsPhase(JsonElement phase) =>
        phase.ValueKind == JsonValueKind.Object && Text(phase, "kill_chain_name") is not null && Text(phase, "phase_name") is not null;

    private static bool IsTextList(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String);

    private static bool TryGetInt(this JsonElement value, out int number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
    }

    private static string Missing(string name) => $"Error for Property={name}: Required property is missing. Actual value: NULL.";

    private static string Wrong(JsonElement item, string name, string why) =>
        $"Error for Property={name}: The value {why}. Actual value: {item.GetProperty(name).GetRawText()}.";

    [GeneratedRegex("^[a-z][a-z0-9-]*--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    private static partial Regex Identity();
}
