using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Tests;

/// <summary>
/// Rules for Defender's import body, written independently of the sending code: exact case, nothing undeclared, public
/// addresses, IPv6 in eight groups, an action that the type takes. Gives the faults, one sentence each; none for a good body.
/// </summary>
internal static partial class DefenderImportRules
{
    private static readonly string[] Required = ["indicatorValue", "indicatorType", "action", "title", "description"];
    private static readonly string[] Severities = ["Informational", "Low", "Medium", "High"];
    private static readonly string[] ForFiles = ["Allowed", "Audit", "Warn", "Block", "BlockAndRemediate"];
    private static readonly string[] ForNetwork = ["Allowed", "Audit", "Warn", "Block"];
    private static readonly string[] ForCertificates = ["Allowed", "BlockAndRemediate"];

    /// <summary>Faults of the whole body.</summary>
    public static IReadOnlyList<string> OfBody(string body)
    {
        using var json = JsonDocument.Parse(body);
        if (json.RootElement.ValueKind != JsonValueKind.Object) return ["No object."];
        if (json.RootElement.EnumerateObject()
            .Select(p => p.Name)
            .ToArray() is not ["Indicators"]) return ["Only Indicators belongs here."];
        var items = json.RootElement.GetProperty("Indicators");
        if (items.ValueKind != JsonValueKind.Array || items.GetArrayLength() is < 1 or > 500) return ["Indicators is no list of 1 to 500."];
        var names = items.EnumerateArray()
            .Select(item => $"{Text(item, "indicatorType")}:{Text(item, "indicatorValue")?.ToLowerInvariant()}")
            .ToArray();
        return [.. items.EnumerateArray().SelectMany(OfItem), .. names.Distinct().Count() == names.Length
            ? []
            : (string[])["A value comes twice."]];
    }

    public static IReadOnlyList<string> OfItem(JsonElement item)
    {
        var faults = new List<string>();
        var seen = new HashSet<string>();
        foreach (var property in item.EnumerateObject())
        {
            if (!seen.Add(property.Name)) faults.Add($"{property.Name} comes twice.");
            if (Fault(property.Name, property.Value) is { } fault) faults.Add($"{property.Name}: {fault}");
        }
        faults.AddRange(Required.Where(name => !seen.Contains(name)).Select(name => $"{name} is missing."));
        var (type, value, action) = (Text(item, "indicatorType") ?? "", Text(item, "indicatorValue") ?? "", Text(item, "action") ?? "");
        if (!Actions(type).Contains(action)) faults.Add($"{type} takes no {action}.");
        if (action == "Audit" && !(item.TryGetProperty("generateAlert", out var alert)
            && alert.ValueKind == JsonValueKind.True)) faults.Add("Audit must alert.");
        if (!Fits(type, value)) faults.Add($"{value} is no {type}.");
        if (seen.Contains("educateUrl") && !(type == "Url" && action is "Block" or "Warn")) faults.Add(
            "educateUrl is for URLs that block or warn.");
        return faults;
    }

    private static string? Fault(string name, JsonElement value) => name switch
    {
        "indicatorValue" or "indicatorType" or "action" or "description" or "application" or "externalID" =>
            IsText(value) ? null : "no text.",
        "title" => IsText(value) && value.GetString()!.Length <= 100 && !value.GetString()!.Any(char.IsControl)
            ? null
            : "no line of at most 100 characters.",
        "expirationTime" =>
            value.ValueKind == JsonValueKind.Null || (IsText(value) && Utc().IsMatch(value.GetString()!)) ? null : "no UTC instant.",
        "severity" => IsText(value) && Severities.Contains(value.GetString()) ? null : "none of its words.",
        "recommendedActions" => value.ValueKind == JsonValueKind.String ? null : "no text.",
        "rbacGroupNames" => IsList(value) ? null : "no list of different texts.",
        "generateAlert" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "no boolean.",
        "educateUrl" => IsText(value) && Web().IsMatch(value.GetString()!) ? null : "no address.",
        _ => "not a property of an indicator.",
    };

    private static string[] Actions(string type) => type switch
    {
        "FileMd5" or "FileSha1" or "FileSha256" => ForFiles,
        "IpAddress" or "DomainName" or "Url" => ForNetwork,
        "CertificateThumbprint" => ForCertificates,
        _ => [],
    };

    private static bool Fits(string type, string value) => type switch
    {
        "FileMd5" => value.Length == 32 && LowerHex().IsMatch(value),
        "FileSha1" => value.Length == 40 && LowerHex().IsMatch(value),
        "FileSha256" => value.Length == 64 && LowerHex().IsMatch(value),
        "CertificateThumbprint" => value.Length is 40 or 64 && LowerHex().IsMatch(value),
        "IpAddress" => value.Contains(':')
            ? EightGroups().IsMatch(value) && IPAddress.TryParse(value, out _)
            : FourNumbers().IsMatch(value) && IPAddress.TryParse(value, out _),
        "DomainName" => Domain().IsMatch(value),
        "Url" => Web().IsMatch(value) && !value.Split("://")[1].Split('/', '?', '#')[0].Contains('@'),
        _ => false,
    };

    private static bool IsText(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(value.GetString());

    private static bool IsList(JsonElement value) => value.ValueKind == JsonValueKind.Array
        && value.EnumerateArray()
            .All(IsText) && value.EnumerateArray()
            .Select(v => v.GetString())
            .Distinct()
            .Count() == value.GetArrayLength();

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$")]
    private static partial Regex Utc();

    [GeneratedRegex("^[0-9a-f]+$")]
    private static partial Regex LowerHex();

    // Of what is not public, by shape: 0, 10, 127, 224 and up, 100.64/10, 169.254, 172.16/12, 192.168.
    [GeneratedRegex(
        @"^(?!((0|10|127|22[4-9]|2[3-5]\d)\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.))"
        + @"\d{1,3}(\.\d{1,3}){3}$")]
    private static partial Regex FourNumbers();

    [GeneratedRegex("^(?!0{1,4}(:0{1,4}){4}:)(?!f[cd][0-9a-f]{2}:)(?!fe[89ab][0-9a-f]:)[0-9a-f]{4}(:[0-9a-f]{4}){7}$")]
    private static partial Regex EightGroups();

    [GeneratedRegex(
        @"^(?=.{3,253}$)(?![0-9.]+$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$")]
    private static partial Regex Domain();

    [GeneratedRegex(@"^https?://[^\s/?#*]+[^\s*]*$")]
    private static partial Regex Web();
}
