using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Defender;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>A new app registration: what the earlier one created at Defender is recognised, and taken over when asked.</summary>
public sealed class EarlierAppTests : IAsyncLifetime
{
    private const string Event = "5f0a0000-0000-4000-8000-000000000001";
    private const string NewApp = "a9900000-5a5d-4b0c-8000-000000000009";

    private SandboxRun _run = null!;

    private DefenderState Defender => _run.Sandbox.DefenderState;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions(), "defender");
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task New_registration_with_a_new_ledger_takes_over_when_asked(bool importChangesCreator)
    {
        Defender.ImportChangesCreator = importChangesCreator;
        await PushAsync(1, 2, 3, 4);
        var strangers = SeedStrangers();
        UseNewApp();
        LoseLedger();
        var before = State();

        var push = await PushAsync(1, 2, 3, 5);

        AssertSays(push.Error, "'defender': held by an earlier app registration: 4 (");
        AssertSays(push.Error, ".example, …). 'misp-graph verify --repair --adopt earlier-app' takes them over.");
        AssertSays(push.Error, "'defender' has 2 indicators of others.");
        Assert.Equal(3, push.Destination().GetProperty("skipped").GetProperty("held-by-other").GetInt32());
        Assert.Equal(before.Append("x5.example Audit"), State());

        _run.Sandbox.ForgetRequests();
        var plain = await _run.RunAsync("verify");
        var dry = await _run.RunAsync("verify", "--adopt", "earlier-app", "--output", "jsonl");

        Assert.Equal((0, 3), (plain.Code, dry.Code));
        AssertSays(plain.Error, "held by an earlier app registration: 4");
        Assert.Equal(
            ["x1.example take-over", "x2.example take-over", "x3.example take-over", "x4.example take-over"],
            dry.Lines.Where(line => line.GetProperty("kind").GetString() == "earlier-app")
                .Select(line => $"{line.GetProperty("value").GetString()} {line.GetProperty("repair").GetString()}").Order());
        Assert.All(_run.Sandbox.RequestsTo(Service.Defender), request => Assert.Equal("GET", request.Method));

        var taken = await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app");

        Assert.True(taken.Code == 0, taken.Out + taken.Error);
        AssertSays(taken.Out, "4 earlier app: ours, created by an earlier app registration");
        Assert.Contains("misp-graph push", taken.Out, StringComparison.Ordinal);
        Assert.Equal(before.Append("x5.example Audit"), State());
        Assert.Equal(5, (await _run.RunAsync("verify", "--json")).Destination().GetProperty("held").GetInt32());
        await AssertEqualToMispAsync(strangers, 1, 2, 3, 5);

        // And a run without a ledger: the list alone shows that they are ours.
        LoseLedger();
        _run.Sandbox.ForgetRequests();
        var rebuilt = await PushAsync(1, 2, 3, 5);
        Assert.DoesNotContain("earlier app", rebuilt.Error, StringComparison.Ordinal);
        Assert.All(_run.Sandbox.RequestsTo(Service.Defender), request => Assert.Equal("GET", request.Method));
        await AssertEqualToMispAsync(strangers, 2, 3);
    }

    [Fact]
    public async Task New_registration_with_the_old_ledger_keeps_working_until_the_next_list()
    {
        await PushAsync(1, 2, 3, 4);
        var strangers = SeedStrangers();
        UseNewApp();

        // The ledger knows the ids.
        await PushAsync(1, 2, 3);
        Assert.Equal(3, Defender.Count - strangers.Length);

        _run.Time.Advance(TimeSpan.FromDays(1));
        var listed = await PushAsync(["--full"], 1, 2);
        AssertSays(listed.Error, "held by an earlier app registration: 3");
        Assert.Equal(3, Defender.Count - strangers.Length);

        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app")).Code);
        await AssertEqualToMispAsync(strangers, 1, 2);
    }

    [Fact]
    public async Task Adoption_with_the_old_ledger_keeps_what_it_holds()
    {
        await PushAsync(1, 2, 3);
        var strangers = SeedStrangers();
        UseNewApp();

        var taken = await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app", "--json");

        Assert.Equal((0, 3), (taken.Code, taken.Destination().GetProperty("held").GetInt32()));
        Assert.Equal(3, taken.Destination().GetProperty("repair").GetProperty("update").GetInt32());
        Assert.All(Ours(), one => Assert.Equal(NewApp, one.LastUpdatedBy));
        Assert.Equal(3, (await _run.RunAsync("verify", "--json")).Destination().GetProperty("asSent").GetInt32());
        await AssertEqualToMispAsync(strangers, 1, 3);
    }

    [Fact]
    public async Task Deletions_after_an_adoption_are_under_the_deletion_limit()
    {
        await PushAsync(1, 2, 3, 4);
        UseNewApp();
        LoseLedger();
        await PushAsync(1);
        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app")).Code);

        var refused = await _run.RunAsync("push");

        Assert.Equal((6, 4), (refused.Code, Defender.Count));
        Assert.Equal(0, (await _run.RunAsync("push", "--max-delete", "3")).Code);
        Assert.Equal("x1.example", Assert.Single(Defender.All()).Value);
    }

    [Fact]
    public async Task Value_that_the_new_app_may_not_write_is_rejected_with_the_permission_to_grant()
    {
        await PushAsync(1, 2, 3);
        var before = State();
        UseNewApp("Ti.ReadWrite");
        LoseLedger();

        Put(1, 2);
        var push = await _run.RunAsync("push");
        var errors = await _run.RunAsync("errors");

        Assert.Equal(3, push.Code);
        Assert.Contains("Ti.ReadWrite.All", errors.Out, StringComparison.Ordinal);
        Assert.Equal(before, State());

        _run.Sandbox.EntraState.Find(NewApp)!.DefenderRoles.Add("Ti.ReadWrite.All");
        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app")).Code);
        await AssertEqualToMispAsync([], 1, 2);
    }

    [Fact]
    public async Task Value_that_the_new_app_may_write_without_seeing_it_is_updated()
    {
        Defender.TakesValuesOfOthers = true;
        await PushAsync(1, 2, 3);
        UseNewApp("Ti.ReadWrite");
        LoseLedger();

        var push = await PushAsync(1, 2);

        Assert.Equal((2, 3), (push.Destination().GetProperty("accepted").GetInt32(), Defender.Count));
        // A list that shows nothing of them must not lose or double anything.
        _run.Time.Advance(TimeSpan.FromDays(1));
        await PushAsync(["--full"], 1, 2);
        Assert.Equal(3, Defender.Count);

        _run.Sandbox.EntraState.Find(NewApp)!.DefenderRoles.Add("Ti.ReadWrite.All");
        AssertSays((await PushAsync(["--full"], 1, 2)).Error, "held by an earlier app registration: 1 (domain x3.example)");
        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app")).Code);
        await AssertEqualToMispAsync([], 1, 2);
    }

    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 4)]
    public async Task Refused_adoption_loses_nothing_and_names_the_permission(bool isWholeRequest, int code)
    {
        await PushAsync(1, 2, 3);
        var before = State();
        UseNewApp("Ti.ReadWrite");
        Defender.ListsValuesOfOthers = true;
        LoseLedger();
        await PushAsync(1, 2);
        if (isWholeRequest)
        {
            _run.Sandbox.Faults.Add(Service.Defender, new Fault.Status(403), times: 100,
                when: request => request.Path.EndsWith("import", StringComparison.Ordinal));
        }

        var refused = await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app");
        var errors = await _run.RunAsync("errors");

        Assert.Equal(code, refused.Code);
        Assert.Contains("Ti.ReadWrite.All", isWholeRequest ? refused.Out : errors.Out, StringComparison.Ordinal);
        Assert.Equal(before, State());
        Assert.All(Ours(), one => Assert.NotEqual(NewApp, one.LastUpdatedBy));
        _run.Sandbox.Faults.Clear();
        await PushAsync(1, 2);
        Assert.Equal(before, State());

        _run.Sandbox.EntraState.Find(NewApp)!.DefenderRoles.Add("Ti.ReadWrite.All");
        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app")).Code);
        await AssertEqualToMispAsync([], 1, 2);
    }

    [Fact]
    public async Task Adopted_indicator_whose_action_changed_is_replaced()
    {
        await PushAsync(1, 2);
        UseNewApp();
        LoseLedger();
        _run.Change(settings => settings["destinations"]![0]!["action"] = "block");
        await PushAsync(1);

        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app")).Code);

        Assert.Equal(["x1.example Block", "x2.example Audit"], State());
        await AssertEqualToMispAsync([], 1);
    }

    [Fact]
    public async Task List_with_our_keys_needs_no_takeover()
    {
        Defender.ListsExternalIds = true;
        await PushAsync(1, 2, 3);
        var strangers = SeedStrangers();
        UseNewApp();
        LoseLedger();

        await AssertEqualToMispAsync(strangers, 1, 2);
    }

    [Fact]
    public async Task Takeover_needs_a_ledger_for_one_command_only()
    {
        _run.Change(settings => settings["ledger"] = "none");
        await PushAsync(1, 2, 3);
        UseNewApp();
        AssertSays((await PushAsync(1, 2)).Error, "held by an earlier app registration: 3");

        _run.Environment["MISP_GRAPH__LEDGER"] = "takeover.db";
        Assert.Equal(0, (await _run.RunAsync("verify", "--repair", "--adopt", "earlier-app")).Code);
        _run.Environment.Remove("MISP_GRAPH__LEDGER");

        var push = await PushAsync(1, 2);
        Assert.DoesNotContain("earlier app", push.Error, StringComparison.Ordinal);
        Assert.Equal(["x1.example", "x2.example"], Defender.All().Select(one => one.Value).Order());
        Assert.Equal(0, (await PushAsync(1, 2)).Destination().GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task Purge_names_what_an_earlier_app_registration_holds()
    {
        await PushAsync(1, 2);
        UseNewApp();
        LoseLedger();

        var purge = await _run.RunAsync("purge", "--yes");

        Assert.Equal((0, 2), (purge.Code, Defender.Count));
        AssertSays(purge.Error, "held by an earlier app registration: 2 (");
    }

    private static void AssertSays(string text, string words)
    {
        var line = string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.True(line.Contains(words, StringComparison.Ordinal), line);
    }

    /// <summary>A user's with our application's name, another app's, and another tool's of ours.</summary>
    private string[] SeedStrangers()
    {
        Defender.Seed("ann@contoso.example", Theirs("user.example", "sandbox"), isOfUser: true);
        Defender.Seed("0bb00000-5a5d-4b0c-8000-00000000000b", Theirs("tool.example", "Another tool"));
        return ["tool.example", "user.example"];
    }

    private static JsonObject Theirs(string value, string application) => new()
    {
        ["indicatorType"] = "DomainName",
        ["indicatorValue"] = value,
        ["action"] = "Allowed",
        ["title"] = "theirs",
        ["description"] = "theirs",
        ["application"] = application,
    };

    private void UseNewApp(params string[] roles)
    {
        var app = _run.Sandbox.EntraState.Register(NewApp, "another-secret-of-no-value");
        if (roles.Length > 0)
        {
            app.DefenderRoles.Clear();
            app.DefenderRoles.UnionWith(roles);
        }

        _run.Change(settings =>
        {
            settings["auth"]!["clientId"] = NewApp;
            settings["auth"]!["clientSecret"] = app.Secret;
        });
    }

    private void LoseLedger() => File.Delete(_run.Ledger);

    private List<string> State() => [.. Defender.All().OrderBy(one => one.Value, StringComparer.Ordinal)
        .Select(one => $"{one.Value} {one.Action}")];

    private IEnumerable<DefenderIndicator> Ours() => Defender.All().Where(one => one.Value.StartsWith('x'));

    private async Task AssertEqualToMispAsync(string[] strangers, params int[] numbers)
    {
        var push = await PushAsync(numbers);
        Assert.DoesNotContain("earlier app", push.Error, StringComparison.Ordinal);
        Assert.Equal(
            strangers.Concat(numbers.Select(number => $"x{number}.example")), Defender.All().Select(one => one.Value).Order());
        _run.Sandbox.ForgetRequests();
        Assert.Equal("", (await PushAsync(numbers)).Error);
        Assert.All(_run.Sandbox.RequestsTo(Service.Defender), request => Assert.Equal("GET", request.Method));
        Assert.Equal(0, (await _run.RunAsync("verify")).Code);
    }

    private Task<ToolResult> PushAsync(params int[] numbers) => PushAsync([], numbers);

    private async Task<ToolResult> PushAsync(string[] options, params int[] numbers)
    {
        Put(numbers);
        var result = await _run.RunAsync(["push", "--json", .. options]);
        Assert.True(result.Code == 0, result.Out + result.Error);
        return result;
    }

    private void Put(params int[] numbers)
    {
        _run.Time.Advance(TimeSpan.FromHours(1));
        _run.Sandbox.MispState.Put(SomeMisp.NumberedDomains(Event, _run.Time.GetUtcNow(), numbers));
    }
}
