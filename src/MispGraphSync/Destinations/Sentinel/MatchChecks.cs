using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Whether something compares our indicators with logs: an analytics rule of the workspace, and the table that it reads. Both answers
/// need no more than the role that lists indicators.
/// </summary>
internal sealed class MatchChecks(SentinelSettings settings, Transport transport, ITokenSource tokens)
{
    private const string Table = "ThreatIntelIndicators";
    private const string RetiredTable = "ThreatIntelligenceIndicator";
    private const string RulesApiVersion = "2025-09-01";

    /// <summary>No document describes a query through Azure Resource Manager; the portal and other tools use it.</summary>
    private const string QueryApiVersion = "2020-08-01";

    private const string Deploy = "Deploy the rules that this program carries: misp-graph content export --to DIR, then docs/content.md.";

    public async Task<CheckResult> CheckRulesAsync(WorkspaceName workspace, CancellationToken ct)
    {
        using var client = ManagementList.Client(settings, transport, tokens);
        var path = $"{workspace.Path}/providers/Microsoft.SecurityInsights/alertRules?api-version={RulesApiVersion}";
        var rules = await ManagementList.ReadAsync(client, "rules", path, Rule.Read, ct).ConfigureAwait(false);
        return rules.Refusal is { } why ? CheckResult.Skipped($"Azure does not list the rules {why}") : Judge(rules.Items);
    }

    /// <param name="holdsAny">Whether the workspace lists an indicator of ours.</param>
    public async Task<CheckResult> CheckTableAsync(WorkspaceName workspace, bool holdsAny, CancellationToken ct)
    {
        using var client = ManagementList.Client(settings, transport, tokens);
        using var call = await client.SendAsync(
            "count", HttpMethod.Post, $"{workspace.Path}/api/query?api-version={QueryApiVersion}", Query(), ct).ConfigureAwait(false);
        client.ThrowIfFailed(call);
        if (ManagementList.IsRefusal(call.Status))
        {
            var error = ErrorBody.Read(call.Response.Written);
            return error.Message.Contains(Table, StringComparison.Ordinal)
                ? CheckResult.Warning(
                    $"The workspace has no table {Table} ({(int)call.Status!}): {error}",
                    "Enable Microsoft Sentinel on this workspace, and push. The table is made with the first indicators.")
                : CheckResult.Skipped($"Azure does not answer a query ({(int)call.Status!})");
        }

        var (count, newest) = client.Read(call, response => ResponseJson.Read(response, Count.Read));
        if (count > 0)
            return CheckResult.Ok($"{Table} has {Plural.Of(count, "indicator")} of {settings.SourceSystem}, the newest of {newest}");
        return holdsAny
            ? CheckResult.Warning(
                $"{Table} has no row of {settings.SourceSystem} in 14 days, although its indicators are listed: rules find nothing there.",
                "Rows come some minutes after an upload. If none come, look for a transformation of this table in the workspace's data "
                + "collection rules.")
            : CheckResult.Ok($"{Table} has no row of {settings.SourceSystem} yet; none of its indicators is listed either");
    }

    /// <summary>A rule is for our indicators when it reads their table and chooses our source, or no source.</summary>
    private CheckResult Judge(IReadOnlyList<Rule> rules)
    {
        var ours = rules.Where(rule => rule.Reads(Table) && (!rule.Reads("SourceSystem") || rule.Query.Contains(settings.SourceSystem,
            StringComparison.Ordinal))).ToList();
        var enabled = ours.Count(rule => rule.IsEnabled);
        if (enabled > 0) return CheckResult.Ok($"{enabled} of {Plural.Of(ours.Count, "rule")} for these indicators enabled");
        if (ours.Count > 0)
        {
            return CheckResult.Warning(
                $"{Plural.Of(ours.Count, "analytics rule")} for these indicators, and none is enabled: nothing compares them with logs.",
                "Enable them in the workspace, under Analytics.");
        }

        return CheckResult.Warning(
            rules.Any(rule => rule.Reads(RetiredTable))
                ? $"Analytics rules read the retired table {RetiredTable}, and none reads {Table} for {settings.SourceSystem}: the "
                    + "indicators are stored, and nothing compares them with logs."
                : $"No analytics rule reads {Table} for {settings.SourceSystem}: the indicators are stored, and nothing compares them with "
                    + "logs.",
            Deploy);
    }

    private PooledBuffer Query()
    {
        var source = JsonEncodedText.Encode(settings.SourceSystem);
        var body = new PooledBuffer(512);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString(
            "query"u8,
            $"{Table} | where TimeGenerated > ago(14d) and SourceSystem == \"{source}\" "
            + "| summarize Indicators = dcount(Id), Newest = max(TimeGenerated)");
        json.WriteEndObject();
        return body;
    }

    /// <summary>A rule with a query; the rules of Microsoft's own engines have none.</summary>
    private sealed record Rule(bool IsEnabled, string Query)
    {
        public static Rule? Read(JsonElement item) => item.Find("properties") is { } properties && properties.Text("query") is { } query
            ? new Rule(properties.Find("enabled") is { ValueKind: JsonValueKind.True }, query)
            : null;

        public bool Reads(string name) => Query.Contains(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The one row of the answer.</summary>
    private sealed record Count(int Indicators, string Newest)
    {
        public static Count? Read(JsonElement root)
        {
            if (First(root, "tables") is not { } table || First(table, "rows") is not { ValueKind: JsonValueKind.Array } row) return null;
            if (row.GetArrayLength() != 2 || row[0].ValueKind != JsonValueKind.Number || !row[0].TryGetInt32(out var count)) return null;
            DateTimeOffset? newest = row[1].ValueKind == JsonValueKind.String && row[1].TryGetDateTimeOffset(out var at) ? at : null;
            return new Count(count, Times.Text(newest));
        }

        private static JsonElement? First(JsonElement item, string list) =>
            item.List(list) is { } items && items.MoveNext() ? items.Current : null;
    }
}
