using System.Text;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Control;

/// <summary>The state of the sandbox in JSON.</summary>
internal static class Report
{
    public static JsonObject State(States states)
    {
        var graph = states.Graph.All();
        var sentinel = states.Sentinel.All();
        return new JsonObject
        {
            ["misp"] = new JsonObject { ["events"] = states.Misp.Count },
            ["entra"] = new JsonObject { ["tokens"] = states.Entra.TokensIssued },
            ["graph"] = new JsonObject
            {
                ["indicators"] = graph.Count,
                // Fewer than indicators: something was submitted twice.
                ["externalIds"] = graph.Select(one => one.ExternalId).Distinct().Count(),
            },
            ["sentinel"] = new JsonObject
            {
                ["objects"] = sentinel.Count,
                ["revoked"] = sentinel.Count(one => one.Revoked),
                ["active"] = states.Sentinel.Active().Count,
                ["unparsed"] = sentinel.Count(one => one.ObservableKey.Length == 0),
            },
            ["defender"] = new JsonObject { ["indicators"] = states.Defender.Count },
            ["requests"] = Counts(states.Journal),
        };
    }

    public static JsonArray Requests(States states, string? service) => [.. states.Journal.Snapshot()
        .Where(seen => service is null || string.Equals(seen.Service.ToString(), service, StringComparison.OrdinalIgnoreCase))
        .Select(seen => new JsonObject
        {
            ["number"] = seen.Number,
            ["service"] = seen.Service.ToString(),
            ["method"] = seen.Method,
            ["path"] = seen.Path,
            ["bytes"] = seen.Bytes.Length,
            ["status"] = seen.Status,
            ["fault"] = seen.Fault,
            ["time"] = seen.Time.ToString("o"),
        })];

    public static JsonArray Faults(Faults faults) => [.. faults.Rules.Select(rule => new JsonObject
    {
        ["service"] = rule.Service.ToString(),
        ["fault"] = rule.Fault.ToString(),
        ["nth"] = rule.Nth,
        ["times"] = rule.Times,
        ["probability"] = rule.Probability,
        ["struck"] = rule.Struck,
        ["held"] = rule.Fault is Fault.Held held && held.Hold.Reached.IsCompleted,
    })];

    public static Answer Indicators(States states, Service service)
    {
        var lines = service switch
        {
            Service.Graph => states.Graph.All().Select(one => new JsonObject
            {
                ["id"] = one.Id.ToString(),
                ["externalId"] = one.ExternalId,
                ["targetProduct"] = one.TargetProduct,
                ["expires"] = one.Expires.ToString("o"),
            }),
            Service.Sentinel => states.Sentinel.All().Select(one => new JsonObject
            {
                ["id"] = one.Id,
                ["source"] = one.Source,
                ["pattern"] = one.Pattern,
                ["revoked"] = one.Revoked,
                ["expires"] = one.ValidUntil?.ToString("o"),
            }),
            Service.Defender => states.Defender.All().Select(one => new JsonObject
            {
                ["id"] = one.Id,
                ["type"] = one.Type,
                ["value"] = one.Value,
                ["action"] = one.Action,
                ["createdBy"] = one.CreatedBy,
                ["expires"] = one.Expires?.ToString("o"),
            }),
            _ => throw new FormatException($"{service} holds no indicators."),
        };
        var text = new StringBuilder();
        foreach (var line in lines) text.Append(line.ToJsonString()).Append('\n');
        return new Answer(200) { ContentType = "application/jsonl", Body = Encoding.UTF8.GetBytes(text.ToString()) };
    }

    private static JsonObject Counts(Journal journal)
    {
        var counts = new JsonObject();
        foreach (var service in journal.Counts.GroupBy(pair => pair.Key.Service).OrderBy(group => group.Key))
        {
            var statuses = new JsonObject();
            foreach (var (key, count) in service.OrderBy(pair => pair.Key.Status)) statuses[key.Status?.ToString() ?? "none"] = count;
            counts[service.Key.ToString().ToLowerInvariant()] = statuses;
        }

        return counts;
    }
}
