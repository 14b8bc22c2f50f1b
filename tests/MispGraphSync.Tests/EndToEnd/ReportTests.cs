using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Ledger;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed partial class ReportTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    private string Page => Path.Combine(_run.Folder, "misp-graph-report.html");

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync(options: null, "graph", "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Report_before_the_first_push_says_so_and_creates_no_ledger()
    {
        var written = await _run.RunAsync("report");

        Assert.Equal((0, $"Wrote {Page}"), (written.Code, written.Out.Trim()));
        var page = await ReadAsync(Page);
        Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
        Assert.Contains("the next push creates it", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_run.Folder, "misp-graph.db")));
    }

    [Fact]
    public async Task Report_figures_match_the_ledger()
    {
        TurnDown("bad.example");
        var push = await _run.RunAsync("push", "--json");
        await _run.RunAsync("report");

        var figures = Figures(await ReadAsync(Page));

        using var ledger = LedgerFile.OpenToRead(Path.Combine(_run.Folder, "misp-graph.db"));
        foreach (var destination in push.Json.GetProperty("destinations").EnumerateArray())
        {
            var name = destination.GetProperty("name").GetString();
            Assert.Equal(destination.GetProperty("held").GetInt64(), figures[$"held {name}"]);
            foreach (var left in destination.GetProperty("skipped").EnumerateObject()) Assert.Equal(
                left.Value.GetInt64(), figures[$"skipped-at {name} {left.Name}"]);
        }

        var source = push.Json.GetProperty("source");
        var supporting = ledger.Scalar("SELECT COUNT(*) FROM (SELECT DISTINCT event, attribute FROM support)");
        Assert.Equal(supporting, figures["supporting"]);
        Assert.Equal(source.GetProperty("attributes").GetInt64() - source.GetProperty("context").GetInt64(), figures["attributes"]);
        Assert.Equal(
            ledger.Scalar("SELECT COUNT(*) FROM skipped WHERE reason = 'not-for-detection'"), figures["skipped not-for-detection"]);
        Assert.Equal(
            supporting, figures.Where(figure => figure.Key.StartsWith("tlp ", StringComparison.Ordinal)).Sum(figure => figure.Value));
        Assert.Equal(ledger.Scalar("SELECT COUNT(*) FROM rejected"), figures["suppressed"] + figures["retried"]);
        Assert.Equal(1, figures["rejected graph"]);
        Assert.Equal(
            push.Json.GetProperty("destinations").EnumerateArray().Sum(one => one.GetProperty("accepted").GetInt64()), figures["days-put"]);
        Assert.Equal((1L, 0L), (figures["days-rejected"], figures["days-removed"]));
        Assert.Equal(ledger.Scalar("SELECT COUNT(*) FROM held"), figures["expiries"]);
    }

    [Fact]
    public async Task Report_in_a_browser_makes_no_request_logs_no_error_and_shows_hostile_values_as_text()
    {
        using var trap = new TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        var lure = $"http://127.0.0.1:{((IPEndPoint)trap.LocalEndpoint).Port}/";
        var hostile =
            $"</span><img src='{lure}'><script>document.title='caught'</script><svg onload=\"document.title='caught'\">\u202Egnp.exe\u0007"
            + new string('W', 100_000);
        _run.Sandbox.MispState.AddEvent(new()
        {
            ["info"] = hostile,
            ["Orgc"] = new JsonObject { ["name"] = hostile },
            ["Tag"] = new JsonArray(new JsonObject { ["name"] = hostile }),
            ["Attribute"] = new JsonArray(new JsonObject
            {
                ["type"] = "url",
                ["value"] = $"{lure}<script>x</script>",
                ["to_ids"] = true,
                ["category"] = "Network activity"
            }),
        });
        TurnDown("bad.example", hostile);
        await _run.RunAsync("push");
        await _run.RunAsync("report");
        Assert.True(new FileInfo(Page).Length < 200_000);

        var (dom, complaints) = await Browser.OpenAsync(Page, _run.Folder);

        Assert.Equal("", complaints);
        Assert.False(trap.Pending());
        Assert.Contains("<title>misp-graph report, ", dom, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", dom, StringComparison.Ordinal);
        Assert.Empty(Active().Matches(dom));
        Assert.DoesNotContain('\u202E', dom);
        Assert.Equal(Figures(await ReadAsync(Page)), Figures(dom));
    }

    [Fact]
    public async Task Report_does_not_replace_a_file_that_is_no_report()
    {
        var mine = Path.Combine(_run.Folder, "thesis.html");
        await File.WriteAllTextAsync(mine, "<!doctype html>\n<p>mine", TestContext.Current.CancellationToken);

        var refused = await _run.RunAsync("report", "--to", "thesis.html");

        Assert.Equal(2, refused.Code);
        Assert.Contains("is no report of misp-graph", refused.Error, StringComparison.Ordinal);
        Assert.Equal("<!doctype html>\n<p>mine", await ReadAsync(mine));
        Assert.Equal(2, (await _run.RunAsync("report", "--to", ".")).Code);
        Assert.Equal(2, (await _run.RunAsync("report", "--to", " ")).Code);
        Assert.Equal(2, (await _run.RunAsync("report", "--json")).Code);
    }

    [Fact]
    public async Task Older_report_is_replaced_atomically_and_is_private()
    {
        await _run.RunAsync("report", "--to", "out/page.html");
        await _run.RunAsync("push");

        Assert.Equal(0, (await _run.RunAsync("report", "--to", "out/page.html")).Code);

        var page = Path.Combine(_run.Folder, "out", "page.html");
        Assert.Contains("Run 1 (push) completed", await ReadAsync(page), StringComparison.Ordinal);
        Assert.Equal([page], Directory.GetFiles(Path.Combine(_run.Folder, "out")));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(page));
    }

    private void TurnDown(string domain, string words = "no")
    {
        var uuid = _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>();
        _run.Sandbox.MispState.AddAttribute(
            uuid, new() { ["type"] = "domain", ["value"] = domain, ["to_ids"] = true, ["category"] = "Network activity" });
        var reply = new JsonObject { ["value"] = new JsonArray(new JsonObject { ["Error"] = new JsonObject { ["message"] = words } }) };
        _run.Sandbox.Faults.Add(
            Service.Graph, new Fault.Reply(206, reply.ToJsonString()), times: int.MaxValue,
            when: request => request.Body.Contains(domain, StringComparison.Ordinal));
    }

    private static Dictionary<string, long> Figures(string page) =>
        Figure().Matches(page).ToDictionary(match =>
            match.Groups[1].Value, match => long.Parse(match.Groups[2].Value.Replace(",", "", StringComparison.Ordinal)));

    private static Task<string> ReadAsync(string file) => File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

    [GeneratedRegex("data-figure=\"([^\"]+)\">([0-9,]+)<")]
    private static partial Regex Figure();

    // What would run, load or send something, as an element or an attribute of one.
    [GeneratedRegex("<(script|img|iframe|object|embed|link|form|base)[ >]|<[^>]*\\s(on[a-z]+|src)=", RegexOptions.IgnoreCase)]
    private static partial Regex Active();
}
