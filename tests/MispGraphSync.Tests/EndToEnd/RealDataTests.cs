using System.Text.Json;
using MispGraphSync.Sandbox;
using MispGraphSync.Tests.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>Published events of many producers: each attribute is accounted for, each body is valid for the service.</summary>
public sealed class RealDataTests
{
    [Theory]
    [InlineData("misp-events")]
    [InlineData("misp-feed")]
    [InlineData("misp-feed-chrome")]
    public async Task Bodies_planned_for_published_events_are_valid(string folder)
    {
        var path = SharedData.Require(folder);
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel", "defender");
        run.Change(settings => settings["destinations"]![1]!["includeUnmatched"] = true);

        var plan = await run.RunAsync("plan", "--input", path, "--output", "jsonl");

        Assert.True(plan.Code is 0 or 3, plan.Error);
        foreach (var line in plan.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var body = json.RootElement.GetProperty("body");
            var faults = json.RootElement.GetProperty("destination").GetString() switch
            {
                "graph" => TiIndicatorRules.OfCreate(body),
                "sentinel" => StixUploadRules.OfIndicator(body),
                _ => DefenderImportRules.OfItem(body),
            };
            Assert.True(faults.Count == 0, $"{string.Join("; ", faults)}: {line}");
        }
    }

    [Fact]
    public async Task Attributes_of_published_events_are_all_accounted_for()
    {
        var path = SharedData.Require("misp-events");
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph");

        var source = (await run.RunAsync("plan", "--input", path, "--json")).Json.GetProperty("source");

        var skipped = source.GetProperty("skipped").EnumerateObject().Sum(reason => reason.Value.GetInt64());
        Assert.Equal(source.GetProperty("attributes").GetInt64(),
            source.GetProperty("mapped").GetInt64() + source.GetProperty("context").GetInt64() + skipped);
        Assert.InRange(source.GetProperty("attributes").GetInt64(), 51_000, 52_000);
    }

    [Fact]
    public async Task Feed_without_detection_attributes_gives_no_indicators()
    {
        var path = SharedData.Require("misp-feed-chrome");
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "graph");

        var plan = await run.RunAsync("plan", "--input", path, "--json");

        Assert.Equal(0, plan.Destination().GetProperty("planned").GetProperty("create").GetInt64());
    }
}
