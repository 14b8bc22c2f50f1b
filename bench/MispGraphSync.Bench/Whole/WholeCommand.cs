using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Alerts;

namespace MispGraphSync.Bench.Whole;

/// <summary>The scenarios, and the table of what they cost.</summary>
internal static class WholeCommand
{
    private static readonly Dictionary<string, (int Events, int Attributes)> Sizes = new()
    {
        ["10k"] = (100, 100),
        ["100k"] = (1_000, 100),
        ["1M"] = (2_000, 500),
        // Many small events.
        ["2M"] = (20_000, 100),
        ["10M"] = (20_000, 500),
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var exe = Path.GetFullPath(Value(args, "--exe") ?? throw new ArgumentException("--exe FILE is needed: the published misp-graph."));
        var sizes = (Value(args, "--sizes") ?? "10k,100k,1M").Split(',');
        var table = new ResultTable();
        await StartUpAsync(exe, table);
        var root = Directory.CreateTempSubdirectory("misp-graph-bench-").FullName;
        foreach (var size in sizes.Where(Sizes.ContainsKey)) await LifeAsync(root, exe, size, table);
        if (sizes.Contains("100k") || sizes.Contains("hits")) await FireAsync(root, exe, table);
        if (sizes.Contains("100k") || sizes.Contains("shares")) await ShareAsync(root, exe, table);
        if (sizes.Contains("100k")) await VariationsAsync(root, exe, table);
        if (Value(args, "--keep") is null) Directory.Delete(root, recursive: true);
        table.AddMachine(exe);
        var text = table.ToMarkdown();
        Console.Write(text);
        if (Value(args, "--to") is { } file) ResultTable.Replace(file, text);
        return 0;
    }

    private static async Task StartUpAsync(string exe, ResultTable table)
    {
        var walls = new List<TimeSpan>();
        Measurement last = null!;
        for (var i = 0; i < 20; i++)
        {
            last = await MeasuredProcess.RunAsync(exe, ".", new Dictionary<string, string>(), "--version");
            walls.Add(last.Wall);
        }

        walls.Sort();
        table.Add("", new Result("`--version`, median of 20", 0, 0, 0, last with { Wall = walls[walls.Count / 2] }));
    }

    // One ledger's life: the first push, nothing changed, some changed, some removed.
    private static async Task LifeAsync(string root, string exe, string size, ResultTable table)
    {
        var (events, attributes) = Sizes[size];
        await using var stage = await Stage.SetAsync(root, exe, events, attributes);
        table.Add(size, await stage.FirstPushAsync("first push"));
        table.Add(size, await stage.PushAsync("nothing changed"));
        stage.Services.MispState.Change(events: 0.01, attributes: 1);
        table.Add(size, await stage.PushAsync("1 % changed, the first time"));
        // New values have the second in them.
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        stage.Services.MispState.Change(events: 0.01, attributes: 1);
        table.Add(size, await stage.PushAsync("1 % changed, again"));
        Remove(stage, events / 100);
        table.Add(size, await stage.PushAsync("1 % removed"));
    }

    // As many steps, to one destination and to ten.
    private static async Task ShareAsync(string root, string exe, ResultTable table)
    {
        var (events, attributes) = Sizes["100k"];
        foreach (var parts in (int[])[1, 10])
        {
            await using var stage = await Stage.SetAsync(root, exe, events, attributes, "sentinel");
            await stage.ShareAsync(parts);
            var what = parts == 1 ? "one Sentinel destination with a filter" : $"{parts} Sentinel destinations with a filter each";
            table.Add("100k", await stage.FirstPushAsync($"first push, {what}"));
        }
    }

    private static async Task VariationsAsync(string root, string exe, ResultTable table)
    {
        const string size = "100k";
        var (events, attributes) = Sizes[size];
        await using (var stage = await Stage.SetAsync(root, exe, events, attributes))
        {
            var noLogs = new Dictionary<string, string> { ["MISP_GRAPH__LOGS__REQUESTS"] = "none" };
            table.Add(size, await stage.FirstPushAsync("first push, no request logs", noLogs));
        }

        await using (var stage = await Stage.SetAsync(root, exe, events, attributes, "graph", "sentinel", "defender"))
        {
            table.Add(size, await stage.FirstPushAsync("first push, three destinations"));
        }

        await using (var stage = await Stage.SetAsync(root, exe, events, attributes))
        {
            stage.SetLatency(TimeSpan.FromMilliseconds(100));
            table.Add(size, await stage.PushAsync("first push, 100 ms before each answer"));
        }

        await using (var stage = await Stage.SetAsync(root, exe, 1, 600_000))
        {
            table.Add("one event of 600k", await stage.FirstPushAsync("first push"));
        }
    }

    // 100,000 alerts but one, so that the last page is not full: 1,000 of 10,000 indicators matched, each a hundred times.
    private static async Task FireAsync(string root, string exe, ResultTable table)
    {
        const int Alerts = 99_999;
        const int Matched = 1_000;
        await using var stage = await Stage.SetAsync(root, exe, 0, 0, "defender");
        var domains = Enumerable.Range(0, 10 * Matched).Select(i => $"d{i}.bench.example").ToList();
        stage.Services.MispState.AddEvent(new JsonObject
        {
            ["Attribute"] = new JsonArray([.. domains.Select(one => new JsonObject { ["type"] = "domain", ["value"] = one })]),
        });
        table.Add("10k", await stage.PushAsync("first push, before the hits"));
        var now = TimeProvider.System.GetUtcNow();
        for (var i = 0; i < Alerts; i++)
        {
            stage.Services.AlertState.Put(new Alert
            {
                Id = $"da{i}",
                FirstActivity = now,
                LastUpdate = now.AddMilliseconds(-i),
                Evidence = [Alert.Url($"www.{domains[i % Matched]}"), Alert.Device("pc-1.corp.example")],
            });
        }

        table.Add("10k", await stage.HitsAsync("hits, 100,000 alerts with 1,000 indicators", Matched));
    }

    // Generated events are numbered from 1 on; those that were changed are spread evenly from the first on.
    private static void Remove(Stage stage, int count)
    {
        foreach (var uuid in stage.Services.MispState.Uuids.TakeLast(count)) stage.Services.MispState.Remove(uuid);
    }

    private static string? Value(string[] args, string name) =>
        Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
