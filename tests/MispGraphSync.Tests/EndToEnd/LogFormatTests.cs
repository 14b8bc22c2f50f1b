using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class LogFormatTests
{
    [Fact]
    public async Task Application_log_is_JSON_lines_when_configured()
    {
        await using var run = await SandboxRun.StartAsync();
        run.Change(settings => settings["logs"] = new JsonObject { ["format"] = "json" });

        Assert.Equal(0, (await run.RunAsync("push", "-vv", "-q")).Code);

        Assert.Empty(Directory.GetFiles(run.Logs, "misp-graph-*.log"));
        var lines = (await File.ReadAllLinesAsync(Directory.GetFiles(run.Logs, "misp-graph-*.jsonl").Single(),
            TestContext.Current.CancellationToken)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(lines, line => Assert.True(line.TryGetProperty("@t", out _) && line.TryGetProperty("@m", out _)));
        var ended = lines.Single(line => line.GetProperty("@m").GetString()!.StartsWith("Run 1 ended", StringComparison.Ordinal));
        Assert.Equal((1, 0), (ended.GetProperty("Run").GetInt32(), ended.GetProperty("ExitCode").GetInt32()));
        Assert.Contains(lines, line => line.TryGetProperty("@l", out var level) && level.GetString() == "Debug");
        Assert.DoesNotContain(lines, line => line.GetRawText().Contains(run.Sandbox.Options.ClientSecret, StringComparison.Ordinal)
            || line.GetRawText().Contains(run.Sandbox.Options.MispKey, StringComparison.Ordinal));
    }

    [Fact]
    public void No_log_message_destructures_objects()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(ToolProcess.Root, "src", "MispGraphSync"), "*.cs", SearchOption.AllDirectories)
            .ToList();

        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, file => File.ReadAllText(file).Contains("{@", StringComparison.Ordinal));
    }
}
