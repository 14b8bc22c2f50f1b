using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>
/// Runs every console block of the pages, line by line, against a sandbox, unless the comment before it says why not:
/// <c>&lt;!-- not run: it needs a tenant --&gt;</c>.
/// </summary>
public sealed partial class DocsConsoleTests : IAsyncLifetime
{
    private const string Event = "5f8e1c3a-9d7b-4c2e-8f10-6a5b4c3d2e1f";
    private const string Value = "evil.example";

    /// <summary>The placeholders of the pages, and their values here.</summary>
    private static readonly (string Written, string Here)[] Placeholders =
        [("NAME", "graph"), ("VALUE", Value), ("UUID", Event), ("/data/feed", "feed"), ("/data/export", "export"), ("/etc/misp-graph/", ""),
            ("/srv/www/", ""), ("/tmp/", "")];

    private SandboxRun _run = null!;

    public static TheoryData<string, string> Blocks =>
        [.. All().Where(block => block.NotRun is null).Select(block => (block.Where, block.Text))];

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(options: null, "graph", "sentinel", "defender");
        var uuid = _run.Sandbox.MispState.AddEvent(
            new JsonObject { ["uuid"] = Event, ["info"] = "One more", ["Attribute"] = new JsonArray() });
        _run.Sandbox.MispState.AddAttribute(uuid, new JsonObject { ["type"] = "domain", ["value"] = Value, ["to_ids"] = true });
        WriteFiles();
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Documented_console_examples_run_unchanged(string where, string block)
    {
        if (!block.Contains("config init", StringComparison.Ordinal)) await PushWithOneFailureAsync();

        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var command = WithoutComment(line);
            foreach (var (written, here) in Placeholders) command = command.Replace(written, here, StringComparison.Ordinal);
            if (command.Length == 0) continue;
            var (code, error) = await RunAsync(command);
            int[] good = command.Contains("--detailed-exitcode", StringComparison.Ordinal) ? [0, 10] : [0];
            Assert.True(good.Contains(code), $"{where}: `{command}` ended with {code}. {error}");
        }
    }

    [Fact]
    public void Console_examples_that_are_not_run_say_why() =>
        Assert.All(All().Where(block => block.NotRun is not null), block =>
            Assert.True(block.NotRun!.Length > 10, $"{block.Where} is marked as not run, and does not say why."));

    // The blocks list runs, failures and requests.
    private async Task PushWithOneFailureAsync()
    {
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(400), times: 20, when: request =>
            request.Body.Contains(Value, StringComparison.Ordinal));
        Assert.Equal(3, (await _run.RunAsync("push")).Code);
        _run.Sandbox.Faults.Clear();
    }

    private async Task<(int Code, string Error)> RunAsync(string command)
    {
        if (Assignment().Match(command) is { Success: true } assigned)
        {
            _run.Environment[assigned.Groups["name"].Value] = assigned.Groups["value"].Value;
            command = command[assigned.Length..];
        }

        if (!command.StartsWith("misp-graph ", StringComparison.Ordinal)) return await BashAsync(command);
        var words = Redirection().Replace(command, "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToArray();
        var kept = File.ReadAllText(_run.ConfigFile);
        // New settings must not lead out of the sandbox.
        var makes = words is ["config", "init", ..] || (words[0] == "config" && words.Contains("--to"));
        if (makes) File.Delete(_run.ConfigFile);
        var options = _run.Sandbox.Options;
        _run.Answers = words[0] == "purge" ? "y\n" : string.Join(
            '\n', _run.Sandbox.Misp, options.MispKey, "defender", options.Tenant, "", options.ClientId, options.ClientSecret, "", "");
        if (makes) _run.SetPlaces("defender");

        var result = await _run.RunAsync(words);
        _run.Environment.Clear();

        if (makes)
        {
            Assert.True(File.Exists(_run.ConfigFile), $"{command} wrote no settings.");
            File.WriteAllText(_run.ConfigFile, kept);
        }

        return (result.Code, result.Error);
    }

    private async Task<(int Code, string Error)> BashAsync(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no bash.");
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", command])
        {
            WorkingDirectory = _run.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        })!;
        var result = await process.EndAsync();
        return (result.Code, result.Error);
    }

    private void WriteFiles()
    {
        const string Json = """
            {"Event":{"uuid":"99999999-9999-4999-8999-999999999999","info":"Saved","date":"2026-01-01","timestamp":"1770000000",
            "published":true,"Attribute":[{"uuid":"99999999-9999-4999-8999-999999999998","type":"domain","category":"Network activity",
            "to_ids":true,"value":"saved.example","timestamp":"1770000000"}]}}
            """;
        Write("event.json", Json);
        Write("export/one.json", Json);
        Write("feed/99999999-9999-4999-8999-999999999999.json", Json);
        Write("feed/manifest.json", """
            {"99999999-9999-4999-8999-999999999999":{"info":"Saved","date":"2026-01-01","timestamp":"1770000000","Tag":[],
            "Orgc":{"name":"X","uuid":"99999999-9999-4999-8999-999999999997"},"threat_level_id":"2","analysis":"2"}}
            """);
        Write("config.py", """
            graph_auth = {'tenant': 'contoso.example', 'client_id': '11111111-1111-4111-8111-111111111111', 'client_secret': 'x'}
            targetProduct = 'Azure Sentinel'
            misp_event_filters = []
            action = 'alert'
            passiveOnly = False
            days_to_expire = 5
            misp_key = 'k'
            misp_domain = 'https://misp.example'
            misp_verifycert = False

            """);
    }

    private void Write(string file, string text)
    {
        var path = Path.Combine(_run.Folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>The first console block below a heading, for the tests of blocks that this class does not run.</summary>
    public static string Under(string page, string heading)
    {
        var text = File.ReadAllText(DocsTests.At($"docs/{page}")).ReplaceLineEndings("\n");
        var at = Regex.Match(text, $"^#+ {Regex.Escape(heading)}$", RegexOptions.Multiline);
        Assert.True(at.Success, $"{page} has no heading '{heading}'.");
        return ConsoleBlock().Match(text, at.Index).Groups["text"].Value;
    }

    /// <summary>A command as it is written, without the remark after it.</summary>
    public static string WithoutComment(string line) => Comment().Replace(line, "").Trim();

    private static IEnumerable<Block> All() =>
        from page in Directory.EnumerateFiles(DocsTests.At("docs"), "*.md").Concat(Directory.EnumerateFiles(DocsTests.At(""), "*.md"))
            .Order(StringComparer.Ordinal)
        let text = File.ReadAllText(page).ReplaceLineEndings("\n")
        from found in ConsoleBlock().Matches(text)
        select new Block(
            $"{Path.GetFileName(page)}:{text[..found.Groups["text"].Index].Count(sign => sign == '\n') + 1}",
            found.Groups["text"].Value,
            found.Groups["why"].Success ? found.Groups["why"].Value : null);

    private sealed record Block(string Where, string Text, string? NotRun);

    [GeneratedRegex(@"(<!-- not run: (?<why>[^\n]*?) -->\s*)?```console\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    // A variable for one command of ours.
    [GeneratedRegex(@"^(?<name>MISP_GRAPH__\w+)=(?<value>\S+) (?=misp-graph )")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+>>?\s*\S+$")]
    private static partial Regex Redirection();
}
