using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Content;

/// <summary>
/// A workspace after pushes of the tool to the sandbox: the rows of its tables as the sandbox has them, beside logs that a test writes.
/// </summary>
internal sealed class SampleWorkspace
{
    public const string Event = "5f0a0000-0000-4000-8000-00000000c001";
    public const string Gone = "gone.example";
    public const string OfOthers = "of-others.example";

    private static readonly string[] Push = ["push", "--accept-changes", "--max-delete", "100%"];

    private readonly JsonObject _tables;

    private SampleWorkspace(JsonObject tables, DateTimeOffset now) => (_tables, Now) = (tables, now);

    /// <summary>Half an hour after the push.</summary>
    public DateTimeOffset Now { get; }

    public JsonArray Indicators => _tables[LogTables.Indicators]!.AsArray();

    public static string Sha256 { get; } = new('a', 64);

    public static async Task<SampleWorkspace> CreateAsync()
    {
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");
        run.Change(settings =>
        {
            settings["destinations"]![0]!["includeUnmatched"] = true;
            settings["destinations"]![0]!["context"] = new JsonObject { ["identities"] = true, ["createdBy"] = true };
        });
        run.Sandbox.MispState.AddEvent(Sample(with: Gone));
        await PushAsync(run);
        run.Sandbox.MispState.AddEvent(Sample(with: "stays.example"));
        await PushAsync(run);
        run.Sandbox.SentinelState.Seed("another-tool", new JsonObject
        {
            ["type"] = "indicator",
            ["id"] = "indicator--6f000000-0000-4000-8000-0000000000aa",
            ["pattern"] = $"[domain-name:value = '{OfOthers}']",
            ["pattern_type"] = "stix",
            ["created"] = "2026-01-01T00:00:00.000Z",
            ["modified"] = "2026-01-01T00:00:00.000Z",
            ["valid_from"] = "2026-01-01T00:00:00.000Z",
            ["valid_until"] = "2036-01-01T00:00:00.000Z",
        });
        run.Sandbox.SentinelState.Seed("misp-graph", new JsonObject
        {
            ["type"] = "threat-actor",
            ["id"] = "threat-actor--6f000000-0000-4000-8000-0000000000ab",
            ["name"] = "Fancy Bear",
            ["aliases"] = new JsonArray("APT28", "Sofacy"),
            ["labels"] = new JsonArray("misp-galaxy:threat-actor=\"APT28\""),
            ["modified"] = "2026-01-01T00:00:00.000Z",
        });
        var now = run.Time.GetUtcNow();
        return new SampleWorkspace(LogTables.Of(run.Sandbox.SentinelState, now), now.AddMinutes(30));
    }

    /// <summary>The workspace's tables, with these logs in place of those before.</summary>
    public JsonObject With(JsonObject logs)
    {
        var tables = (JsonObject)_tables.DeepClone();
        foreach (var (name, rows) in logs) tables[name] = rows!.DeepClone();
        return tables;
    }

    /// <summary>A log row, seen and arrived so many minutes before <see cref="Now"/>.</summary>
    public JsonObject Row(int minutes, params ReadOnlySpan<(string Column, string Value)> columns)
    {
        var row = new JsonObject { ["TimeGenerated"] = At(minutes), ["$ingested"] = At(minutes) };
        foreach (var (column, value) in columns) row[column] = value;
        return row;
    }

    public string At(double minutesAgo) => Now.AddMinutes(-minutesAgo).UtcDateTime.ToString("O");

    private static JsonObject Sample(string with) => new()
    {
        ["uuid"] = Event,
        ["info"] = "A sample",
        ["Orgc"] = new JsonObject { ["name"] = "First CERT", ["uuid"] = "5cf6a4a0-0000-4000-8000-000000000001" },
        ["Tag"] = new JsonArray(
            new JsonObject { ["name"] = "tlp:green" },
            new JsonObject { ["name"] = "misp-galaxy:threat-actor=\"APT28\"" }),
        ["Attribute"] = new JsonArray(
            Attribute("ip-dst", "198.51.100.7"),
            Attribute("ip-dst", "203.0.113.64/27"),
            Attribute("ip-dst", "2001:db8::7"),
            Attribute("ip-dst", "2001:db8:5::/48"),
            Attribute("domain", "bad.example"),
            Attribute("hostname", "deeper.bad.example"),
            Attribute("url", "https://Bad.example/Path/x.php?id=1"),
            Attribute("sha256", Sha256),
            Attribute("md5", new string('b', 32)),
            Attribute("email-src", "Sender@mail.example"),
            Attribute("mutex", "Global\\sample"),
            Attribute("domain", with)),
    };

    private static JsonObject Attribute(string type, string value) => new()
    {
        ["type"] = type,
        ["category"] = "Network activity",
        ["to_ids"] = true,
        ["value"] = value,
    };

    private static async Task PushAsync(SandboxRun run)
    {
        var pushed = await run.RunAsync(Push);
        Assert.True(pushed.Code == 0, pushed.Out + pushed.Error);
    }
}
