using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>ARM's list of the workspace's analytics rules, and its way to query a table, as far as it counts our indicators.</summary>
internal sealed partial class WorkspaceContent(SentinelState state, SandboxOptions options)
{
    private const int RulesPerPage = 2;

    public Answer Rules(Request request)
    {
        if (request.Parameter("api-version") is not "2025-09-01") return Error("InvalidApiVersionParameter", "The api-version is invalid.");
        var from = request.Parameter("$skipToken") is { } token ? int.Parse(token, CultureInfo.InvariantCulture) : 0;
        var body = new JsonObject
        {
            ["value"] = new JsonArray([.. state.Rules.Skip(from).Take(RulesPerPage).Select((rule, at) => Item(rule, from + at))]),
        };
        if (from + RulesPerPage < state.Rules.Count)
        {
            body["nextLink"] = $"{request.Origin.GetLeftPart(UriPartial.Authority)}{request.Path}"
                + $"?api-version=2025-09-01&$skipToken={from + RulesPerPage}";
        }

        return Answer.Json(200, body);
    }

    public Answer Query(Request request)
    {
        if (!state.AnswersQueries) return new Answer(404);
        if (request.Parameter("api-version") is not "2020-08-01") return Error("InvalidApiVersionParameter", "The api-version is invalid.");
        var query = (string?)JsonNode.Parse(request.Body.Span)?["query"] ?? "";
        var match = Counting().Match(query);
        if (!match.Success) throw new NoFactException($"the query {query}");
        if (!state.HasTable)
            return Error("BadArgumentError", $"Failed to resolve table or column expression named '{LogTables.Indicators}'.");
        var source = JsonSerializer.Deserialize<string>($"\"{match.Groups["source"].Value}\"");
        var rows = !state.FillsTable ? [] : LogTables.Of(state, options.Time.GetUtcNow())[LogTables.Indicators]!.AsArray()
            .Where(row => $"{row!["SourceSystem"]}" == source).ToList();
        return Answer.Json(200, new JsonObject
        {
            ["tables"] = new JsonArray(new JsonObject
            {
                ["name"] = "PrimaryResult",
                ["columns"] = new JsonArray(Column("Indicators", "long"), Column("Newest", "datetime")),
                ["rows"] = new JsonArray(new JsonArray(
                    rows.Select(row => $"{row!["Id"]}").Distinct().Count(), rows.Max(row => $"{row!["TimeGenerated"]}"))),
            }),
        });
    }

    private static JsonObject Item(AlertRule rule, int at)
    {
        var properties = new JsonObject { ["displayName"] = rule.Name, ["enabled"] = rule.IsEnabled };
        if (rule.Kind is "Scheduled" or "NRT") properties["query"] = rule.Query;
        return new JsonObject { ["name"] = $"rule-{at}", ["kind"] = rule.Kind, ["properties"] = properties };
    }

    private static JsonObject Column(string name, string type) => new() { ["name"] = name, ["type"] = type };

    private static Answer Error(string code, string message) =>
        Answer.Json(400, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });

    [GeneratedRegex(@"^ThreatIntelIndicators \| where TimeGenerated > ago\(14d\) and SourceSystem == ""(?<source>(?:[^""\\]|\\.)*)"""
        + @" \| summarize Indicators = dcount\(Id\), Newest = max\(TimeGenerated\)$")]
    private static partial Regex Counting();
}
