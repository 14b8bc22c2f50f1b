using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Sandbox.Misp;
using Xunit;

namespace MispGraphSync.Tests.Hits;

/// <summary>
/// Two MISP events that share one address, one of them amber; a domain, a URL and a hash; pushed to Sentinel and Defender an hour ago. The
/// alerts of the tenant are the tests' own.
/// </summary>
internal sealed class HitsStage : IAsyncDisposable
{
    public const string Address = "185.10.20.30";
    public const string Domain = "bad.example.org";
    public const string Url = "http://files.example.net/drop/a.exe";
    public static readonly string Hash = new('a', 64);

    private HitsStage(SandboxRun run) => Run = run;

    public SandboxRun Run { get; }

    public SandboxHost Sandbox => Run.Sandbox;

    public AlertState Alerts => Sandbox.AlertState;

    public MispState Misp => Sandbox.MispState;

    public DateTimeOffset Now => Run.Time.GetUtcNow();

    /// <summary>The UUID of the event that is green, and of the one that is amber.</summary>
    public string Green { get; private set; } = "";

    public string Amber { get; private set; } = "";

    public static Task<HitsStage> StartAsync(params string[] kinds) =>
        StartAsync(new SandboxOptions { Time = new VirtualTime() }, kinds);

    public static async Task<HitsStage> StartAsync(SandboxOptions options, params string[] kinds)
    {
        if (kinds.Length == 0) kinds = ["sentinel", "defender"];
        var stage = new HitsStage(await SandboxRun.StartAsync(options, kinds));
        stage.Green = stage.Misp.AddEvent(Event("Campaign of the example spider", "tlp:green", ("ip-dst", Address), ("domain", Domain)));
        stage.Amber = stage.Misp.AddEvent(Event("Stolen invoices", "tlp:amber", ("ip-dst", Address), ("url", Url), ("sha256", Hash)));
        await stage.PushAsync();
        stage.Run.Time.Advance(TimeSpan.FromHours(1));
        return stage;
    }

    public async Task PushAsync(params string[] more)
    {
        var push = await Run.RunAsync(["push", "-q", .. more]);
        Assert.True(push.Code == 0, push.Out + push.Error);
    }

    public async Task<ToolResult> HitsAsync(int code, params string[] more)
    {
        var result = await Run.RunAsync(["hits", .. more]);
        Assert.True(result.Code == code, $"exit {result.Code}\n{result.Out}{result.Error}");
        return result;
    }

    /// <summary>An alert of a custom indicator at Defender, half an hour ago.</summary>
    public Alert Custom(string id, params JsonObject[] evidence) => new()
    {
        Id = "da" + id,
        FirstActivity = Now.AddMinutes(-30),
        LastActivity = Now.AddMinutes(-20),
        Evidence = [.. evidence, Alert.Device("pc-1.corp.example"), Alert.User("victim.name@corp.example")],
    };

    /// <summary>An alert of a rule at Sentinel that names the indicator.</summary>
    public Alert Rule(string id, Guid? indicator, params JsonObject[] evidence) => new()
    {
        Id = "sn" + id,
        ServiceSource = "microsoftSentinel",
        DetectionSource = "scheduledAlerts",
        Title = "TI map IP entity to Network Session Events",
        FirstActivity = Now.AddMinutes(-30),
        LastActivity = Now.AddMinutes(-20),
        Details = indicator is { } key ? new Dictionary<string, string> { ["IndicatorId"] = $"{key:D}" } : new Dictionary<string, string>(),
        Evidence = evidence,
    };

    /// <summary>The key of an indicator at Sentinel, by a part of its pattern.</summary>
    public Guid KeyOf(string value) => Guid.Parse(
        Sandbox.SentinelState.All().Single(one => one.Pattern.Contains($"'{value}'", StringComparison.Ordinal)).Id["indicator--".Length..]);

    public string AttributeOf(string @event, string value) =>
        (string)Misp.Get(@event)!["Attribute"]!.AsArray().Single(one => (string?)one!["value"] == value)!["uuid"]!;

    public static JsonObject Event(string info, string tlp, params (string Type, string Value)[] attributes) => new()
    {
        ["info"] = info,
        ["Tag"] = new JsonArray(tlp),
        ["Attribute"] = new JsonArray([.. attributes.Select(one => new JsonObject { ["type"] = one.Type, ["value"] = one.Value })]),
    };

    public ValueTask DisposeAsync() => Run.DisposeAsync();
}
