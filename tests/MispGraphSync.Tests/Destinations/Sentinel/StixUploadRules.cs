using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>
/// Rules for an upload's body, written independently of the sending code: STIX 2.1 only, UTC to the millisecond, one
/// comparison a pattern, nothing undeclared, no empty list. Gives the faults, one sentence each; none for a good body.
/// </summary>
internal static partial class StixUploadRules
{
    private static readonly string[] Required =
        ["type", "spec_version", "id", "created", "modified", "pattern", "pattern_type", "valid_from"];
    private static readonly string[] Dates = ["created", "modified", "valid_from", "valid_until"];
    private static readonly string[] TextLists = ["labels", "indicator_types", "object_marking_refs"];

    private static readonly HashSet<string> Known =
    [
        .. Required, .. Dates, .. TextLists, "name", "description", "confidence", "revoked", "kill_chain_phases", "external_references",
    ];

    private static readonly HashSet<string> Paths =
    [
        "ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value", "email-addr:value", "email-addr:display_name",
        "file:hashes.MD5", "file:hashes.'SHA-1'", "file:hashes.'SHA-256'", "file:hashes.'SHA-512'", "file:hashes.'SHA3-256'",
        "file:hashes.'SHA3-512'", "file:hashes.SSDEEP", "file:hashes.TLSH", "file:name", "mutex:name", "mac-addr:value",
        "x509-certificate:hashes.MD5", "x509-certificate:hashes.'SHA-1'", "x509-certificate:hashes.'SHA-256'", "windows-registry-key:key",
        "email-message:subject", "email-message:message_id", "email-message:additional_header_fields.'X-Mailer'",
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
    ];

    public static List<string> OfBody(JsonElement body)
    {
        var faults = new List<string>();
        var names = body.EnumerateObject().Select(p => p.Name).ToList();
        if (!names.SequenceEqual(["sourcesystem", "stixobjects"])) faults.Add($"The body has {string.Join(", ", names)}.");
        if (body.GetProperty("sourcesystem").GetString() is not { Length: > 0 and <= 256 } source || IsReserved(source))
            faults.Add("A bad source.");
        var objects = body.GetProperty("stixobjects");
        if (objects.GetArrayLength() is 0 or > 100) faults.Add($"{objects.GetArrayLength()} objects.");
        foreach (var item in objects.EnumerateArray()) faults.AddRange(OfIndicator(item));
        return faults;
    }

    public static List<string> OfIndicator(JsonElement item)
    {
        var faults = new List<string>();
        var names = item.EnumerateObject().Select(p => p.Name).ToList();
        faults.AddRange(names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => $"{g.Key} comes twice."));
        faults.AddRange(names.Where(n => !Known.Contains(n)).Select(n => $"{n} is undeclared."));
        faults.AddRange(Required.Except(names).Select(n => $"{n} is missing."));
        if (faults.Count > 0) return faults;

        if (Text(item, "type") != "indicator" || Text(item, "spec_version") != "2.1" || Text(item, "pattern_type") != "stix")
            faults.Add("No STIX 2.1 indicator.");
        if (!Id().IsMatch(Text(item, "id"))) faults.Add($"id: {Text(item, "id")}");
        if (!IsPattern(Text(item, "pattern"))) faults.Add($"pattern: {Text(item, "pattern")}");
        if (item.TryGetProperty("name", out var name) && string.IsNullOrWhiteSpace(name.GetString())) faults.Add("name is blank.");
        if (item.TryGetProperty("confidence", out var confidence) && !(confidence.TryGetInt32(out var c) && c is >= 0 and <= 100))
            faults.Add("confidence");
        if (item.TryGetProperty("revoked", out var revoked) && revoked.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            faults.Add("revoked");
        faults.AddRange(OfDates(item));
        faults.AddRange(OfLists(item));
        return faults;
    }

    private static IEnumerable<string> OfDates(JsonElement item)
    {
        foreach (var date in Dates)
        {
            if (item.TryGetProperty(date, out var at) && !Timestamp().IsMatch(at.GetString()!)) yield return $"{date}: {at}";
        }
        if (At(item, "created") > At(item, "modified")) yield return "created is later than modified.";
        if (item.TryGetProperty("valid_until", out _) && At(item, "valid_from") >= At(item, "valid_until"))
            yield return "valid_until is not later than valid_from.";
    }

    private static IEnumerable<string> OfLists(JsonElement item)
    {
        foreach (var list in TextLists)
        {
            if (!item.TryGetProperty(list, out var texts)) continue;
            var values = texts.EnumerateArray().Select(t => t.GetString()!).ToList();
            if (values.Count == 0) yield return $"{list} is empty.";
            if (values.Distinct().Count() < values.Count) yield return $"{list} repeats itself.";
            if (values.Any(string.IsNullOrWhiteSpace)) yield return $"{list} has a blank.";
            if (list == "object_marking_refs" && !values.TrueForAll(v => Marking().IsMatch(v))) yield return $"{list}: {texts}";
        }
        foreach (var phase in Items(item, "kill_chain_phases"))
        {
            if (!Slug().IsMatch(Text(phase, "kill_chain_name")) || !Slug().IsMatch(Text(phase, "phase_name")))
                yield return $"kill_chain_phases: {phase}";
        }
        foreach (var reference in Items(item, "external_references"))
        {
            if (Text(reference, "source_name").Length == 0) yield return "external_references: no source_name.";
            if (string.IsNullOrWhiteSpace(Text(reference, "external_id"))) yield return "external_references: no external_id.";
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var list)) return [];
        return list.GetArrayLength() == 0 ? throw new FormatException($"{name} is empty.") : list.EnumerateArray();
    }

    private static bool IsPattern(string pattern)
    {
        if (AutonomousSystem().IsMatch(pattern)) return true;
        var sign = pattern.IndexOf(" = '", StringComparison.Ordinal);
        if (!pattern.StartsWith('[') || !pattern.EndsWith("']", StringComparison.Ordinal)) return false;
        if (sign < 0 || !Paths.Contains(pattern[1..sign])) return false;
        var literal = pattern[(sign + 4)..^2];
        if (literal.Length == 0) return false;
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] is '\'' or < ' ') return false;
            if (literal[i] == '\\' && (++i == literal.Length || literal[i] is not ('\'' or '\\'))) return false;
        }
        return true;
    }

    private static bool IsReserved(string source) => source.Trim().Equals("Microsoft Sentinel", StringComparison.OrdinalIgnoreCase);

    private static DateTimeOffset At(JsonElement item, string name) =>
        DateTimeOffset.Parse(Text(item, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    [GeneratedRegex("^indicator--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    private static partial Regex Id();

    [GeneratedRegex("^marking-definition--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex Marking();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
    private static partial Regex Timestamp();

    [GeneratedRegex("^[a-z0-9-]+$")]
    private static partial Regex Slug();

    [GeneratedRegex(@"^\[autonomous-system:number = \d{1,10}\]$")]
    private static partial Regex AutonomousSystem();
}
