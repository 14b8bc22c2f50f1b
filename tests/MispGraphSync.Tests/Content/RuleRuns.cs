using System.Globalization;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Content;

/// <summary>
/// The content as the language service reads it, and its queries run over a sample workspace. Node needs seconds to start, so that all
/// scenarios of <see cref="RuleTests"/> are in one request.
/// </summary>
internal sealed class RuleRuns
{
    /// <summary>Tiles that have something to show in the sample.</summary>
    public static readonly string[] Tiles =
    [
        "Indicators by type", "Indicators by TLP", "Indicators by MISP event", "Indicators by galaxy cluster",
        "Indicators by organisation", "Organisations, actors and techniques that are sent", "Indicators that expire, by day (30 days)",
        "Alerts that name an indicator, by day", "Indicators that fired",
        "Minutes from upload to the table, by day", "Rows, size and cost, by table and cause",
    ];

    private static readonly Lazy<Task<RuleRuns>> All = new(RunAsync);

    private readonly List<(string Name, JsonObject Run)> _asked = [];
    private readonly Dictionary<string, JsonNode> _answers = [];

    private RuleRuns(SampleWorkspace workspace) => Workspace = workspace;

    /// <summary>Of runs after the first log row: at the start, and when that row leaves the window.</summary>
    public static IReadOnlyList<int> Hours { get; } = [0, 1, 2, 3, 6, 23, 24, 25, 26];

    public SampleWorkspace Workspace { get; }

    public IReadOnlyList<ContentFile> Files { get; private set; } = [];

    public static Task<RuleRuns> GetAsync()
    {
        KustoCheck.SkipUnlessInstalled();
        return All.Value;
    }

    /// <summary>The rows of a scenario.</summary>
    public JsonArray Rows(string scenario)
    {
        Assert.True(_answers[scenario]["rows"] is not null, $"{scenario}: {_answers[scenario]["fault"]}");
        return _answers[scenario]["rows"]!.AsArray();
    }

    /// <summary>Why a scenario could not be run.</summary>
    public string Fault(string scenario) => $"{_answers[scenario]["fault"]}";

    private static async Task<RuleRuns> RunAsync()
    {
        var runs = new RuleRuns(await SampleWorkspace.CreateAsync());
        string[] families = ["domain", "email-sender", "file-hash", "ipv4", "ipv6"];
        foreach (var family in families) runs.Ask($"all {family}", $"analytics/{family}.yaml", runs.AllLogs());
        runs.Ask(
            "all url", "analytics/url.yaml", runs.AllLogs(), replace: ("let MispUrl = \"\"", "let MispUrl = \"https://misp.example/\""));
        runs.Ask("one table", "analytics/url.yaml", new JsonObject
        {
            ["UrlClickEvents"] = new JsonArray(
                runs.Workspace.Row(20, ("Url", "https://bad.example/path/x.php?id=1"), ("AccountUpn", "jo@corp.example"))),
        });
        runs.Ask("unknown column", "analytics/url.yaml", runs.AllLogs(), replace: ("tostring(Data.name)", "NoSuchColumn"));
        runs.Ask("unknown function", "analytics/url.yaml", runs.AllLogs(), replace: ("tostring(Data.name)", "base64_encode_tostring(Id)"));
        runs.AskForChoice();
        runs.AskForTime();
        runs.Ask("hunting late", "hunting/late-indicators.yaml", runs.OldLogs());
        runs.Ask("hunting actor", "hunting/actor-to-hosts.yaml", runs.OldLogs(), replace: ("\"APT28\"", "\"sofacy\""));
        runs.Ask("hunting never", "hunting/never-matched.yaml", runs.OldLogs(), replace: ("let OlderThan = 14d", "let OlderThan = 0d"));
        foreach (var tile in Tiles) runs.Ask($"tile {tile}", "workbook.json", runs.OldLogs(), title: tile);

        var answer = await KustoCheck.AskAsync(new JsonArray([.. runs._asked.Select(one => one.Run)]));
        runs.Files = [.. answer["files"]!.AsArray().Select(file => ContentFile.Read(file!))];
        for (var i = 0; i < runs._asked.Count; i++) runs._answers[runs._asked[i].Name] = answer["runs"]![i]!;
        return runs;
    }

    private void Ask(
        string name, string file, JsonObject logs, DateTimeOffset? now = null, string? title = null,
        (string Before, string After)? replace = null) =>
        _asked.Add((name, new JsonObject
        {
            ["file"] = file,
            ["title"] = title,
            ["replace"] = replace is { } one ? new JsonArray(one.Before, one.After) : null,
            ["tables"] = Workspace.With(logs),
            ["now"] = (now ?? Workspace.Now).UtcDateTime.ToString("O"),
        }));

    /// <summary>A log row for each indicator, and rows near to one that must not match.</summary>
    private JsonObject AllLogs() => new()
    {
        ["CommonSecurityLog"] = new JsonArray(
            Workspace.Row(40, ("SourceIP", "10.0.0.5"), ("SourceHostName", "pc-1"), ("DestinationIP", "198.51.100.7")),
            Workspace.Row(39, ("SourceIP", "10.0.0.5"), ("SourceHostName", "pc-1"), ("DestinationIP", "198.51.100.7")),
            Workspace.Row(38, ("SourceIP", "10.0.0.6"), ("DestinationIP", "203.0.113.70")),
            Workspace.Row(38, ("SourceIP", "10.0.0.6"), ("DestinationIP", "203.0.113.96")),
            Workspace.Row(37, ("SourceIP", "10.0.0.7"), ("RequestURL", "BAD.example:443/path/x.php?id=1"))),
        ["DeviceNetworkEvents"] = new JsonArray(
            Workspace.Row(36, ("DeviceName", "pc-2"), ("RemoteIP", "::ffff:198.51.100.7"), ("RemoteUrl", "not-bad.example")),
            Workspace.Row(35, ("DeviceName", "pc-3"), ("RemoteIP", "2001:DB8:0:0::7"), ("RemoteUrl", "www.bad.example")),
            Workspace.Row(35, ("DeviceName", "pc-3"), ("RemoteIP", "2001:db8:5:1::9"), ("RemoteUrl", "x.deeper.bad.example.")),
            Workspace.Row(35, ("DeviceName", "pc-3"), ("RemoteIP", "2001:db8:6::9"))),
        ["DeviceFileEvents"] = new JsonArray(
            Workspace.Row(34, ("DeviceName", "pc-4"), ("SHA256", SampleWorkspace.Sha256.ToUpperInvariant()), ("MD5", new string('b', 32)))),
        ["SigninLogs"] = new JsonArray(Workspace.Row(33, ("IPAddress", "198.51.100.7"), ("UserPrincipalName", "jo@corp.example"))),
        ["EmailEvents"] = new JsonArray(
            Workspace.Row(32, ("SenderFromAddress", "sender@MAIL.example"), ("RecipientEmailAddress", "jo@corp.example")),
            Workspace.Row(32, ("SenderMailFromAddress", "sender@mail.example"), ("RecipientEmailAddress", "al@corp.example"))),
        ["_Im_Dns"] = new JsonArray(Workspace.Row(31, ("DnsQuery", "a.b.bad.example"), ("SrcIpAddr", "10.0.0.9"))),
        ["SecurityAlert"] = new JsonArray(),
    };

    private void AskForChoice()
    {
        string[] names =
            [SampleWorkspace.Gone, SampleWorkspace.OfOthers, "ended.example", "deleted.example", "idle.example", "bad.example"];
        var logs = new JsonObject
        {
            ["DnsEvents"] = new JsonArray([.. names.Select(name => Workspace.Row(20, ("Name", name), ("ClientIP", "10.0.0.1")))]),
        };
        var indicators = (JsonArray)Workspace.Indicators.DeepClone();
        var bad = indicators.Single(row => $"{row!["ObservableValue"]}" == "bad.example")!;
        foreach (var (value, column, state) in new (string, string, JsonNode)[]
        {
            ("ended.example", "ValidUntil", Workspace.At(5)), ("deleted.example", "IsDeleted", true), ("idle.example", "IsActive", false),
        })
        {
            var row = bad.DeepClone().AsObject();
            (row["ObservableValue"], row["Id"], row[column]) = (value, $"{row["Id"]}"[..^12] + value[..1].PadLeft(12, '0'), state);
            indicators.Add((JsonNode)row);
        }

        logs[LogTables.Indicators] = indicators;
        Ask("choice", "analytics/domain.yaml", logs);
    }

    /// <summary>A host that asks for a name every 20 minutes, and a rule that runs every hour.</summary>
    private void AskForTime()
    {
        var beacon = new JsonArray([.. Enumerable.Range(0, 80).Select(i =>
            (JsonNode)Workspace.Row(i * -20, ("Name", "bad.example"), ("ClientIP", "10.0.0.1")))]);
        foreach (var hour in Hours)
        {
            var now = Workspace.Now.AddHours(hour);
            var known = beacon.Where(row => DateTimeOffset.Parse($"{row!["TimeGenerated"]}", CultureInfo.InvariantCulture) <= now);
            var indicators = (JsonArray)Workspace.Indicators.DeepClone();
            // Sentinel writes the row again after five hours.
            if (hour > 5)
            {
                var again = indicators.Single(row => $"{row!["ObservableValue"]}" == "bad.example")!.DeepClone();
                (again["TimeGenerated"], again["LastUpdateMethod"]) = (Workspace.At(-300), "LogARepublisher");
                indicators.Add(again);
            }

            Ask($"hour {hour}", "analytics/domain.yaml", new JsonObject
            {
                ["DnsEvents"] = new JsonArray([.. known.Select(row => row!.DeepClone())]),
                [LogTables.Indicators] = indicators,
            }, now);
        }

        // An indicator that is known for days, and a row that came five hours late.
        var old = (JsonArray)Workspace.Indicators.DeepClone();
        foreach (var row in old) row!["TimeGenerated"] = Workspace.At(3 * 24 * 60);
        var late = Workspace.Row(300, ("Name", "bad.example"), ("ClientIP", "10.0.0.2"));
        late["$ingested"] = Workspace.At(20);
        Ask("late", "analytics/domain.yaml", new JsonObject { ["DnsEvents"] = new JsonArray(late), [LogTables.Indicators] = old });
    }

    /// <summary>Rows of twenty days ago, and one alert.</summary>
    private JsonObject OldLogs() => new()
    {
        ["DnsEvents"] = new JsonArray(Workspace.Row(20 * 24 * 60, ("Name", "www.bad.example"), ("ClientIP", "10.0.0.1"))),
        ["DeviceNetworkEvents"] = new JsonArray(Workspace.Row(20 * 24 * 60, ("DeviceName", "pc-1"), ("RemoteIP", "198.51.100.7"))),
        ["SecurityAlert"] = new JsonArray(Alert()),
    };

    private JsonObject Alert()
    {
        var id = $"{Workspace.Indicators.Single(row => $"{row!["ObservableValue"]}" == "198.51.100.7")!["Data"]!["id"]}";
        var details = new JsonObject { ["IndicatorId"] = new JsonArray(id["indicator--".Length..]) };
        return Workspace.Row(
            60, ("SystemAlertId", "1"), ("AlertSeverity", "Medium"), ("StartTime", Workspace.At(90)), ("EndTime", Workspace.At(80)),
            ("ExtendedProperties", new JsonObject { ["Custom Details"] = details.ToJsonString() }.ToJsonString()));
    }
}
