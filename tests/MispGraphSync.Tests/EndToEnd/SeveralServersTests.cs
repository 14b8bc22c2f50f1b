using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>Two MISP servers with overlapping values, and a feed, in one run for all three kinds of destination.</summary>
public sealed class SeveralServersTests : IAsyncLifetime
{
    private SandboxRun _run = null!;
    private SandboxHost _second = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions(), SandboxItems.Kinds);
        _second = await SandboxHost.StartAsync(
            new SandboxOptions { Time = _run.Time, MispKey = new string('B', 40) }, TestContext.Current.CancellationToken);
        _run.Change(settings => settings["misp"] = new JsonArray(Server("first", _run.Sandbox), Server("second", _second)));
    }

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        await _run.DisposeAsync();
    }

    [Fact]
    public async Task Destinations_follow_both_servers_through_addition_change_and_removal()
    {
        var (one, two) = (Add(_run.Sandbox, "a.example", "both.example"), Add(_second, "b.example", "both.example"));
        await PushAsync(0);
        AssertHeld("a.example", "b.example", "both.example");

        Add(_second, "c.example");
        RemoveValue(_run.Sandbox, one, "both.example");
        await PushAsync(0);
        AssertHeld("a.example", "b.example", "both.example", "c.example");

        RemoveValue(_second, two, "both.example");
        var removal = await PushAsync(0);
        AssertHeld("a.example", "b.example", "c.example");
        Assert.Equal(["first", "second"], removal.GetProperty("sources").EnumerateArray().Select(one => $"{one.GetProperty("name")}"));

        _run.Sandbox.ForgetRequests();
        await PushAsync(0);
        Assert.All(SandboxItems.Kinds, kind => Assert.Empty(_run.Sandbox.Writes(kind)));
    }

    [Fact]
    public async Task Status_says_of_a_removed_source_that_the_settings_do_not_have_it()
    {
        Add(_second, "b.example");
        await PushAsync(0);
        _run.Change(settings => settings["misp"] = new JsonArray(Server("first", _run.Sandbox)));

        var (json, text) = (await _run.RunAsync("status", "--json"), (await _run.RunAsync("status")).Out);

        var sources = json.Json.GetProperty("sources").EnumerateArray().ToList();
        Assert.Equal([true, false], sources.Select(one => one.GetProperty("configured").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, sources[1].GetProperty("nextFullRead").ValueKind);
        Assert.Contains("not in the settings: what only it has ends at its expiry", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outage_of_one_server_leaves_its_indicators_and_the_other_one_is_pushed_in_full()
    {
        var one = Add(_run.Sandbox, "a.example", "both.example", "old.example");
        Add(_second, "b.example", "both.example");
        await PushAsync(0);
        _second.MispState.Maintenance = true;
        RemoveValue(_run.Sandbox, one, "both.example");
        RemoveValue(_run.Sandbox, one, "old.example");
        Add(_run.Sandbox, "new.example");

        var text = await _run.RunAsync("push");
        AssertHeld("a.example", "b.example", "both.example", "new.example");

        Assert.Equal(3, text.Code);
        Assert.Contains("second: not read", text.Out, StringComparison.Ordinal);
        Assert.Contains("! read second: MISP at", text.Out, StringComparison.Ordinal);
        Assert.Contains("Nothing of this source was deleted; the other sources are not affected.", text.Out, StringComparison.Ordinal);
        _second.MispState.Maintenance = false;
        await PushAsync(0);
        AssertHeld("a.example", "b.example", "both.example", "new.example");
    }

    [Fact]
    public async Task Run_fails_when_no_server_answers_and_names_each()
    {
        Add(_run.Sandbox, "a.example");
        await PushAsync(0);
        _run.Sandbox.MispState.Maintenance = _second.MispState.Maintenance = true;

        var result = await _run.RunAsync("push");

        Assert.Equal(5, result.Code);
        Assert.Contains("! read first: ", result.Out, StringComparison.Ordinal);
        Assert.Contains("! read second: ", result.Out, StringComparison.Ordinal);
        AssertHeld("a.example");
    }

    [Fact]
    public async Task Only_the_named_source_is_read_and_the_others_are_left_alone()
    {
        var one = Add(_run.Sandbox, "a.example", "both.example");
        Add(_second, "b.example", "both.example");
        await PushAsync(0);
        RemoveValue(_run.Sandbox, one, "both.example");
        Add(_second, "c.example");
        _second.ForgetRequests();

        await PushAsync(0, "push", "--json", "--source", "first");

        Assert.Empty(_second.Requests);
        AssertHeld("a.example", "b.example", "both.example");
        var wrong = await _run.RunAsync("plan", "--source", "frist");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("There is no source 'frist'.", wrong.Error, StringComparison.Ordinal);
        var both = await _run.RunAsync("plan", "--source", "first", "--input", ".");
        Assert.Contains("--source and --input exclude each other.", both.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feed_is_a_source_beside_a_server_and_its_missing_folder_is_its_own_trouble()
    {
        var feed = Path.Combine(_run.Folder, "feed");
        _run.Change(settings => settings["misp"]!.AsArray()[1] = new JsonObject
        {
            ["name"] = "osint",
            ["kind"] = "feed",
            ["path"] = "feed",
            ["toIdsOnly"] = true,
        });
        Directory.CreateDirectory(feed);
        var uuid = _second.MispState.AddEvent(Event("f.example", "both.example"));
        await File.WriteAllTextAsync(
            Path.Combine(feed, $"{uuid}.json"), new JsonObject { ["Event"] = _second.MispState.Get(uuid) }.ToJsonString(),
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(feed, "manifest.json"), new JsonObject { [uuid] = new JsonObject() }.ToJsonString(),
            TestContext.Current.CancellationToken);
        Add(_run.Sandbox, "a.example");
        await PushAsync(0);
        AssertHeld("a.example", "both.example", "f.example");

        Directory.Move(feed, feed + ".away");
        Add(_run.Sandbox, "new.example");
        var away = await _run.RunAsync("push");

        Assert.Equal(3, away.Code);
        Assert.Contains("Check misp.osint.path", away.Out, StringComparison.Ordinal);
        AssertHeld("a.example", "both.example", "f.example", "new.example");
    }

    [Fact]
    public async Task Explain_status_and_doctor_know_all_servers()
    {
        Add(_run.Sandbox, "a.example");
        Add(_second, "b.example");
        await PushAsync(0);
        _run.Change(settings => settings["misp"]!.AsArray()[1]!["eventFilters"] = new JsonObject { ["published"] = true });
        var unread = Add(_second, "unread.example");

        var explained = await _run.RunAsync("explain", "unread.example");
        var status = await _run.RunAsync("status", "--json");
        var doctor = await _run.RunAsync("doctor", "--json");

        Assert.Contains(unread, explained.Out, StringComparison.Ordinal);
        Assert.Equal(
            ["first", "second"], status.Json.GetProperty("sources").EnumerateArray().Select(one => $"{one.GetProperty("name")}").Order());
        string[] checks = [.. doctor.Json.EnumerateArray().Select(one => $"{one.GetProperty("check")}")];
        Assert.Superset(new HashSet<string> { "first", "first key", "second", "second fetch", "second warninglists" }, checks.ToHashSet());
    }

    private static JsonObject Server(string name, SandboxHost sandbox) => new()
    {
        ["name"] = name,
        ["url"] = sandbox.Misp.GetLeftPart(UriPartial.Authority),
        ["key"] = sandbox.Options.MispKey,
    };

    private static JsonObject Event(params string[] domains) => new()
    {
        ["info"] = string.Join(' ', domains),
        ["Attribute"] = new JsonArray([.. domains.Select(value => new JsonObject { ["type"] = "domain", ["value"] = value })]),
    };

    private static string Add(SandboxHost sandbox, params string[] domains) => sandbox.MispState.AddEvent(Event(domains));

    private static void RemoveValue(SandboxHost sandbox, string @event, string value)
    {
        var attributes = sandbox.MispState.Get(@event)!["Attribute"]!.AsArray();
        sandbox.MispState.RemoveAttribute(attributes.First(one => $"{one!["value"]}" == value)!["uuid"]!.GetValue<string>());
    }

    private async Task<System.Text.Json.JsonElement> PushAsync(int code, params string[] args)
    {
        _run.Time.Advance(TimeSpan.FromMinutes(10));
        var result = await _run.RunAsync(args.Length > 0 ? args : ["push", "--json"]);
        Assert.True(result.Code == code, result.Out + result.Error);
        return result.Json;
    }

    private void AssertHeld(params string[] values) =>
        Assert.All(SandboxItems.Kinds, kind => Assert.Equal(values, _run.Sandbox.Values(kind)));
}
