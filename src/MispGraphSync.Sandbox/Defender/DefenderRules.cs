using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Defender;

/// <summary>What the service holds against a body as a whole, or against one indicator of it.</summary>
internal static class DefenderRules
{
    private static readonly FrozenSet<string> Known = new[]
    {
        "indicatorValue", "indicatorType", "action", "title", "description", "application", "expirationTime", "severity",
        "recommendedActions", "rbacGroupNames", "generateAlert", "educateUrl", "externalID", "category", "mitreTechniques",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] Required = ["indicatorValue", "indicatorType", "action", "title", "description"];

    private static readonly FrozenDictionary<string, string[]> ActionsOf = new Dictionary<string, string[]>
    {
        ["FileSha1"] = ["Allowed", "Audit", "Warn", "Block", "BlockAndRemediate"],
        ["FileSha256"] = ["Allowed", "Audit", "Warn", "Block", "BlockAndRemediate"],
        ["FileMd5"] = ["Allowed", "Audit", "Warn", "Block", "BlockAndRemediate"],
        ["IpAddress"] = ["Allowed", "Audit", "Warn", "Block"],
        ["DomainName"] = ["Allowed", "Audit", "Warn", "Block"],
        ["Url"] = ["Allowed", "Audit", "Warn", "Block"],
        ["CertificateThumbprint"] = ["Allowed", "BlockAndRemediate"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A name in the wrong case is an unknown name: the whole body is refused.</summary>
    public static (string Code, string Message)? Unreadable(JsonNode? item)
    {
        if (item is not JsonObject fields) return ("InvalidRequestBody", "Request body is incorrect.");
        if (fields.Select(field => field.Key).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            return ("InvalidRequestBody", $"Request body is incorrect: '{unknown}' is not known.");
        if (Array.Find(Required, name => string.IsNullOrWhiteSpace(fields[name]?.ToString())) is { } missing)
            return ("MissingRequiredParameter", $"Parameter {missing} is missing.");
        if (fields["rbacGroupNames"] is { } groups and not JsonArray) return ("InvalidRequestBody", "rbacGroupNames is not a list.");
        if (fields["generateAlert"] is { } alert && alert.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
            return ("InvalidRequestBody", "generateAlert is not a boolean.");
        if (fields["expirationTime"] is { } expires && !IsDate(expires))
            return ("InvalidRequestBody", "expirationTime is not a date.");
        return null;
    }

    private static bool IsDate(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String && DateTimeOffset.TryParse(value.ToString(), out _);

    public static (string Code, string Message)? Fault(JsonObject fields, DateTimeOffset now, bool documentationToo)
    {
        var type = fields["indicatorType"]!.ToString();
        var value = fields["indicatorValue"]!.ToString();
        var action = fields["action"]!.ToString();
        if (!ActionsOf.TryGetValue(type, out var actions)) return ("InvalidInput", $"indicatorType '{type}' is not supported.");
        if (!actions.Contains(action)) return ("InvalidInput", $"Action '{action}' is not supported for {type}.");
        if (action == "Audit" && fields["generateAlert"]?.GetValueKind() != JsonValueKind.True)
            return ("InvalidInput", "generateAlert must be true when the action is Audit.");
        if (fields["severity"]?.ToString() is not (null or "Informational" or "Low" or "Medium" or "High"))
            return ("InvalidInput", "severity is not supported.");
        if (fields["educateUrl"] is not null && !(action is "Warn" or "Block" && type is "Url" or "DomainName" or "IpAddress"))
            return ("InvalidInput", "educateUrl is for network indicators that block or warn.");
        if (fields["expirationTime"] is { } expires && DateTimeOffset.Parse(expires.ToString()) <= now)
            return ("InvalidInput", "expirationTime is in the past.");
        return DefenderValues.Fault(type, value, documentationToo) is { } code ? (code, $"The value is no valid {type}.") : null;
    }
}
