using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// What the workspace's tables of threat intelligence have of each object: its newest row, with the columns of the table reference.
/// Columns whose content no document describes are not there.
/// </summary>
public static class LogTables
{
    public const string Indicators = "ThreatIntelIndicators";
    public const string Objects = "ThreatIntelObjects";

    /// <summary>A list of rows for each of the two tables.</summary>
    public static JsonObject Of(SentinelState state, DateTimeOffset now)
    {
        var (indicators, objects) = (new JsonArray(), new JsonArray());
        foreach (var one in state.All())
        {
            if (one.Type == "indicator") indicators.Add((JsonNode)Indicator(one, now));
            else objects.Add((JsonNode)Other(one));
        }

        return new JsonObject { [Indicators] = indicators, [Objects] = objects };
    }

    private static JsonObject Indicator(StixObject one, DateTimeOffset now)
    {
        var row = Common(one);
        var data = row["Data"]!;
        row["Confidence"] = data["confidence"]?.DeepClone();
        row["Created"] = data["created"]?.DeepClone();
        row["Modified"] = data["modified"]?.DeepClone();
        row["ValidFrom"] = data["valid_from"]?.DeepClone();
        row["ValidUntil"] = data["valid_until"]?.DeepClone();
        row["IsActive"] = !one.Revoked && !(one.ValidUntil <= now);
        row["Revoked"] = one.Revoked;
        row["Pattern"] = one.Pattern;
        row["ObservableKey"] = one.ObservableKey;
        row["ObservableValue"] = one.ObservableValue;
        row["Tags"] = data["labels"]?.ToJsonString();
        return row;
    }

    private static JsonObject Other(StixObject one)
    {
        var row = Common(one);
        row["StixType"] = one.Type;
        return row;
    }

    private static JsonObject Common(StixObject one) => new()
    {
        ["TimeGenerated"] = one.Ingested.UtcDateTime.ToString("O"),
        ["Id"] = one.Name,
        ["SourceSystem"] = one.Source,
        ["IsDeleted"] = false,
        ["_BilledSize"] = one.Json.Length,
        ["Data"] = JsonNode.Parse(one.Json),
    };
}
