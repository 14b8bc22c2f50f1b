using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Tests.EndToEnd;
using Xunit;

namespace MispGraphSync.Tests.Facts;

/// <summary>
/// One scripted history of all three kinds under one choice of answers: creation, a rejected value, change, renewal, withdrawal,
/// a full destination, throttling, a missing role, a partial read, a lost ledger. After each part, each service must hold what MISP has.
/// </summary>
internal sealed class FactHistory : IAsyncDisposable
{
    private static readonly string[] Everything = ["push", "--accept-changes", "--max-delete", "100%"];

    private readonly SandboxRun _run;
    private readonly RandomEvents _events;
    private readonly string _answers;

    private FactHistory(SandboxRun run, int[] row)
    {
        (_run, _events) = (run, new RandomEvents(run.Sandbox, new Random(7), values: 40, ContextScene.Actor, ContextScene.Phishing));
        _answers = string.Join(' ', Fact.Switchable.Select((fact, i) => $"{fact.Switch}={fact.Play(run.Sandbox, row[i])}"));
    }

    private SandboxHost Sandbox => _run.Sandbox;

    public static async Task<FactHistory> StartAsync(int[] row)
    {
        var run = await SandboxRun.StartAsync(new SandboxOptions(), SandboxItems.Kinds);
        run.Change(settings =>
        {
            foreach (var destination in settings["destinations"]!.AsArray())
            {
                if ((string?)destination!["kind"] == "sentinel") destination["context"] = ContextCreatorTests.Context;
                if ((string?)destination["kind"] != "defender") continue;
                var origin = run.Sandbox.Defender.GetLeftPart(UriPartial.Authority);
                destination["alerts"] = new JsonObject { ["route"] = "defender", ["endpoint"] = origin };
            }
        });
        return new FactHistory(run, row);
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    public async Task PlayAsync()
    {
        await RejectAsync();
        _events.Change(8);
        await ReachAsync("change");
        _run.Time.Advance(TimeSpan.FromDays(24));
        await ReachAsync("renewal");
        WithdrawOne();
        await ReachAsync("withdrawal");
        await FillAsync();
        await ThrottleAsync();
        await RefuseAsync();
        await ReadPartAsync();
        File.Delete(_run.Ledger);
        _events.Change(3);
        await ReachAsync("lost ledger");
        await FireAsync();
        Sandbox.ForgetRequests();
        await ReachAsync("rest");
        Assert.All(SandboxItems.Kinds, kind => Assert.True(Sandbox.Writes(kind).All(request =>
            request.Path.Contains("/query", StringComparison.Ordinal)), Story($"{kind} is not at rest")));
    }

    /// <summary>A domain fires at two products and gets one sighting for each of its attributes, however the alerts come.</summary>
    private async Task FireAsync()
    {
        Sandbox.EntraState.App.DefenderRoles.Add("Alert.Read.All");
        var held = Sandbox.SentinelState.Active().First(one => one.Pattern.StartsWith("[domain-name", StringComparison.Ordinal));
        var (value, key) = (held.Pattern.Split('\'')[1], held.Id["indicator--".Length..]);
        var now = _run.Time.GetUtcNow();
        var attributes = Sandbox.MispState.Uuids.SelectMany(uuid => Sandbox.MispState.Get(uuid)!["Attribute"]!.AsArray())
            .Where(one => (string?)one!["value"] == value).Select(one => (string)one!["uuid"]!).Order().ToList();
        Sandbox.AlertState.Put(new Alert { Id = "da1", FirstActivity = now, Evidence = [Alert.Url($"http://www.{value}/path")] });
        Sandbox.AlertState.Put(new Alert
        {
            Id = "sn2",
            ServiceSource = "microsoftSentinel",
            DetectionSource = "scheduledAlerts",
            Title = "TI map Domain entity to Syslog",
            FirstActivity = now,
            Details = new Dictionary<string, string> { ["IndicatorId"] = key },
            Evidence = [Alert.Url($"http://{value}/")],
        });
        var code = Sandbox.AlertState.IsPartial ? 3 : 0;
        await PushAsync(code, "fired", "hits", "--sightings");
        await PushAsync(code, "fired again", "hits", "--sightings");
        // Attributes above the ceiling get none.
        var seen = Sandbox.MispState.Sightings.Select(one => one.Attribute).ToList();
        Assert.True(
            seen.Count > 0 && seen.Count == seen.Distinct().Count() && seen.TrueForAll(attributes.Contains),
            Story($"fired: {seen.Count} sightings of {attributes.Count} attributes with {value}"));
    }

    /// <summary>Each service rejects one value, which is sent again when it accepts it.</summary>
    private async Task RejectAsync()
    {
        for (var i = 0; i < 4; i++) _events.Add(attributes: 5);
        var value = _events.Wanted().Keys.First(one => one.EndsWith(".example", StringComparison.Ordinal));
        Refuse(value);
        await PushAsync(3, "rejected value");
        foreach (var kind in SandboxItems.Kinds)
            Assert.Equal(_events.Wanted().Keys.Where(one => one != value), Sandbox.Values(kind));
        Refuse(null);
        await PushAsync(0, "retry", "errors", "--retry");
        Compare("retry");
    }

    private void Refuse(string? value) =>
        (Sandbox.GraphState.RefusedValue, Sandbox.SentinelState.RefusedValue, Sandbox.DefenderState.RefusedValue) = (value, value, value);

    private async Task FillAsync()
    {
        Sandbox.DefenderState.Capacity = Sandbox.DefenderState.Count + 1;
        for (var i = 0; i < 3; i++) _events.Add(attributes: 5);
        await PushAsync(3, "full");
        Assert.Equal(Sandbox.DefenderState.Capacity, Sandbox.DefenderState.Count);
        Sandbox.DefenderState.Capacity = 15_000;
        await ReachAsync("room again");
    }

    private async Task ThrottleAsync()
    {
        _events.Change(4);
        Throttle(Service.Graph, Sandbox.GraphState.ThrottleForm);
        Throttle(Service.Sentinel, Sandbox.SentinelState.ThrottleForm);
        Throttle(Service.Defender, Sandbox.DefenderState.ThrottleForm);
        await ReachAsync("throttled");
    }

    private void Throttle(Service service, RetryAfterForm form) =>
        Sandbox.Faults.Add(service, new Fault.Throttle(TimeSpan.FromSeconds(1), form), times: 1);

    private async Task RefuseAsync()
    {
        _events.Add(attributes: 4);
        Sandbox.EntraState.App.IsSentinelContributor = false;
        await PushAsync(4, "missing role");
        Sandbox.EntraState.App.IsSentinelContributor = true;
        await ReachAsync("role given");
    }

    /// <summary>MISP lists an event and does not give it, while another event is withdrawn.</summary>
    private async Task ReadPartAsync()
    {
        var held = SandboxItems.Kinds.ToDictionary(kind => kind, kind => Sandbox.Values(kind));
        var missing = Sandbox.MispState.Uuids[^1];
        Sandbox.MispState.DroppedFromPages.Add(missing);
        await PushAsync(3, "partial read");
        Assert.All(SandboxItems.Kinds, kind => Assert.Equal(held[kind], Sandbox.Values(kind)));
        Sandbox.MispState.DroppedFromPages.Clear();
        await ReachAsync("whole read");
    }

    private void WithdrawOne()
    {
        var before = Sandbox.MispState.Count;
        for (var tries = 0; Sandbox.MispState.Count >= before && tries < 100; tries++) _events.Change(1);
    }

    private async Task ReachAsync(string part)
    {
        await PushAsync(0, part);
        Compare(part);
    }

    private async Task PushAsync(int code, string part, params string[] args)
    {
        _run.Time.Advance(TimeSpan.FromMinutes(15));
        var result = await _run.RunAsync(args.Length > 0 ? args : Everything);
        Assert.True(result.Code == code, Story($"{part}: exit {result.Code}, not {code}\n{result.Out}{result.Error}"));
    }

    private void Compare(string part)
    {
        var wanted = _events.Wanted();
        var soon = _run.Time.GetUtcNow().AddDays(7);
        foreach (var kind in SandboxItems.Kinds)
        {
            var items = Sandbox.Items(kind);
            List<string> held = [.. items.Select(one => kind == "defender" ? one.Value : $"{one.Value} {one.Tlp}")];
            List<string> all = [.. wanted.Select(one => kind == "defender" ? one.Key : $"{one.Key} {one.Value}")];
            Assert.True(all.SequenceEqual(held.Order(StringComparer.Ordinal)), Story(
                $"{part}: {kind} lacks [{string.Join("; ", all.Except(held))}], has too much [{string.Join("; ", held.Except(all))}], "
                + $"{held.Count - held.Distinct().Count()} twice"));
            Assert.True(items.All(one => one.Expires >= soon), Story($"{part}: {kind} has what was not renewed"));
        }

        var context = Sandbox.SentinelState.All().Where(one => one.Type != "indicator" && !one.Revoked).Select(one => one.Type);
        Assert.True(
            context.Order(StringComparer.Ordinal).SequenceEqual(["attack-pattern", "identity", "relationship", "threat-actor"]),
            Story($"{part}: context is {string.Join(' ', context)}"));
    }

    private string Story(string end) => $"{end}\n  {_answers}";
}
