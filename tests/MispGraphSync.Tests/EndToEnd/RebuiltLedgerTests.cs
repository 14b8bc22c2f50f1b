using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>A new ledger at a destination that holds what an earlier one sent.</summary>
public sealed class RebuiltLedgerTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public static TheoryData<string, string> Settings { get; } = new()
    {
        { "graph", "{}" },
        { "graph", """{"targetProduct":"Microsoft Defender ATP"}""" },
        { "graph", """{"action":"block","daysToExpire":90,"maxTlp":"red"}""" },
        { "sentinel", "{}" },
        { "sentinel", """{"includeUnmatched":true,"sourceSystem":"our-feeds","expiry":{"domain":7}}""" },
        { "defender", "{}" },
        { "defender", """{"action":"block","rbacGroupNames":["Servers"],"generateAlert":false}""" },
    };

    public static TheoryData<string> Kinds { get; } = [.. SandboxItems.Kinds];

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Unchanged_indicators_cost_no_request(string kind, string settings)
    {
        Use(kind, settings);
        await PushAsync();
        var held = _run.Sandbox.Items(kind);
        Assert.NotEmpty(held);
        _run.Time.Advance(TimeSpan.FromHours(20));
        Lose();

        var rebuilt = await PushAsync();

        AssertNoWrites(kind);
        Assert.Equal(held, _run.Sandbox.Items(kind));
        Assert.Equal((long)held.Count, rebuilt.Destination().GetProperty("held").GetInt64());
        await AssertRestAsync(kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Only_what_changed_is_sent(string kind)
    {
        Use(kind);
        var uuid = Add("kept.example", "gone.example");
        var tagged = Add("tagged.example");
        await PushAsync();
        _run.Time.Advance(TimeSpan.FromHours(20));
        Lose();
        _run.Sandbox.MispState.AddAttribute(uuid, SomeMisp.Domain("added.example"));
        Remove(uuid, "gone.example");
        _run.Sandbox.MispState.SetEventTags(tagged, "tlp:green", "actor:one");

        var rebuilt = await PushAsync();

        var planned = rebuilt.Destination().GetProperty("planned");
        // Defender has no field for tags and TLP of its own, so what shows a change there is decided by its item.
        if (kind != "defender") Assert.Equal(1, planned.GetProperty("update").GetInt64());
        Assert.Equal((1L, 0L, 1L), (
            planned.GetProperty("create").GetInt64(), planned.GetProperty("renew").GetInt64(), planned.GetProperty("delete").GetInt64()));
        var values = _run.Sandbox.Values(kind);
        Assert.Contains("added.example", values);
        Assert.Contains("kept.example", values);
        Assert.DoesNotContain("gone.example", values);
        await AssertRestAsync(kind);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Clock_that_was_ahead_on_another_machine_hides_no_change(string kind)
    {
        Use(kind);
        var uuid = Add("kept.example", "gone.example");
        var ahead = new ShiftedTime();
        ahead.Advance(TimeSpan.FromMinutes(24));
        _run.ToolTime = ahead;
        await PushAsync();
        _run.ToolTime = null;
        Lose();
        Remove(uuid, "gone.example");
        _run.Sandbox.MispState.SetEventTags(uuid, "tlp:green");

        await PushAsync();

        Assert.DoesNotContain("gone.example", _run.Sandbox.Values(kind));
        var kept = Assert.Single(_run.Sandbox.Items(kind), one => one.Value == "kept.example");
        if (kind != "defender") Assert.Equal("green", kept.Tlp);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Deletions_of_a_rebuild_have_no_allowance_of_twenty(string kind)
    {
        _run.Sandbox.MispState.Clear();
        Use(kind);
        var uuid = Add([.. Enumerable.Range(0, 10).Select(i => $"gone{i}.example")]);
        Add("kept.example");
        await PushAsync();
        _run.Sandbox.MispState.Remove(uuid);
        _run.Time.Advance(TimeSpan.FromHours(20));
        Lose();

        var refused = await _run.RunAsync("push", "--json", "--wait", "10s");

        Assert.Equal(6, refused.Code);
        Assert.Contains("gone", refused.Error, StringComparison.Ordinal);
        Assert.Contains("10", refused.Error, StringComparison.Ordinal);
        Assert.Equal(11, _run.Sandbox.Items(kind).Count);
        // The deletions stay withheld, and known, until they are allowed.
        Assert.Equal(6, (await _run.RunAsync("push", "--json", "--wait", "10s")).Code);
        await PushAsync("--max-delete", "100%");
        Assert.Equal(["kept.example"], _run.Sandbox.Values(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Renewal_is_due_when_it_was(string kind)
    {
        Use(kind);
        await PushAsync();
        _run.Time.Advance(TimeSpan.FromDays(10));
        Lose();
        await PushAsync();
        AssertNoWrites(kind);
        _run.Time.Advance(TimeSpan.FromDays(14));

        var later = await PushAsync();

        Assert.NotEqual(0, later.Destination().GetProperty("planned").GetProperty("renew").GetInt64());
        Assert.All(_run.Sandbox.Items(kind), one => Assert.True(one.Expires >= _run.Time.GetUtcNow().AddDays(7), one.Json));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Indicators_that_expired_before_the_loss_return(string kind)
    {
        Use(kind);
        await PushAsync();
        var values = _run.Sandbox.Values(kind);
        _run.Time.Advance(TimeSpan.FromDays(40));
        Assert.Empty(_run.Sandbox.Items(kind));
        Lose();

        await PushAsync();

        Assert.Equal(values, _run.Sandbox.Values(kind));
        await AssertRestAsync(kind);
    }

    [Fact]
    public async Task Indicators_that_Graph_does_not_list_yet_are_not_doubled()
    {
        Use("graph");
        _run.Sandbox.GraphState.ReadLag = TimeSpan.FromMinutes(1);
        await PushAsync();
        var held = _run.Sandbox.Values("graph");
        Lose(withLogs: false);

        await PushAsync();

        Assert.Equal(held, _run.Sandbox.Values("graph"));
        _run.Time.Advance(TimeSpan.FromMinutes(15));
        await AssertRestAsync("graph");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Part_of_a_source_deletes_nothing_after_a_loss(string kind)
    {
        Use(kind);
        var uuid = Add("kept.example");
        var gone = Add("gone.example");
        await PushAsync();
        var before = _run.Sandbox.Values(kind);
        _run.Sandbox.MispState.Remove(gone);
        _run.Time.Advance(TimeSpan.FromHours(20));
        Lose();

        await PushAsync("--event", uuid);
        Assert.Equal(before, _run.Sandbox.Values(kind));
        var folder = Directory.CreateDirectory(Path.Combine(_run.Folder, "saved")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "one.json"), _run.Sandbox.MispState.Get(uuid)!.ToJsonString(), TestContext.Current.CancellationToken);
        await PushAsync("--input", folder);
        Assert.Equal(before, _run.Sandbox.Values(kind));

        await PushAsync();
        Assert.Equal(before.Where(value => value != "gone.example"), _run.Sandbox.Values(kind));
        await AssertRestAsync(kind);
    }

    [Theory]
    [InlineData("graph")]
    [InlineData("sentinel")]
    public async Task Ownership_is_proven_for_generations_0_to_15(string kind)
    {
        _run.Sandbox.MispState.Clear();
        Use(kind);
        var uuid = Add([.. Enumerable.Range(0, 17).Select(i => $"wanted{i:00}.example").Append("kept.example")]);
        Add([.. Enumerable.Range(0, 17).Select(i => $"gone{i:00}.example")]);
        await PushAsync();
        _run.Time.Advance(TimeSpan.FromHours(20));
        Regenerate(kind);
        _run.Sandbox.MispState.Uuids.Where(one => one != uuid).ToList().ForEach(one => _run.Sandbox.MispState.Remove(one));
        Remove(uuid, "wanted16.example");
        var wanted = _run.Sandbox.Items(kind).Where(one => one.Value.StartsWith("wanted", StringComparison.Ordinal))
            .ToList();
        Lose();

        await PushAsync("--max-delete", "100%");

        // Generation 16 is nobody's: it is left alone.
        var held = _run.Sandbox.Items(kind);
        Assert.Equal(["gone16.example"], held.Select(one => one.Value).Where(value => value.StartsWith("gone", StringComparison.Ordinal)));
        Assert.Equal(wanted, held.Where(one => one.Value.StartsWith("wanted", StringComparison.Ordinal)));
        await AssertRestAsync(kind);
    }

    [Fact]
    public async Task Indicators_of_an_earlier_app_at_Defender_are_counted_and_left_alone()
    {
        _run.Sandbox.MispState.Clear();
        Use("defender");
        Add("one.example", "two.example");
        await PushAsync();
        _run.Time.Advance(TimeSpan.FromHours(20));
        _run.Sandbox.EntraState.Register("c11e0000-5a5d-4b0c-8000-0000000000ff", "another-secret");
        _run.Change(settings =>
        {
            settings["auth"]!["clientId"] = "c11e0000-5a5d-4b0c-8000-0000000000ff";
            settings["auth"]!["clientSecret"] = "another-secret";
        });
        Lose();

        var push = await PushAsync();

        AssertNoWrites("defender");
        Assert.Matches(@"earlier\s+app\s+registration:\s+2\b", push.Error);
    }

    private void Use(string kind, string of = "{}") => _run.Configure([kind], settings =>
    {
        settings["logs"] = new JsonObject { ["requests"] = "none" };
        var destination = settings["destinations"]![0]!;
        foreach (var (key, value) in JsonNode.Parse(of)!.AsObject()) destination[key] = value?.DeepClone();
    });

    private async Task<ToolResult> PushAsync(params string[] options)
    {
        _run.Sandbox.ForgetRequests();
        var result = await _run.RunAsync(["push", "--json", "--wait", "10s", .. options]);
        Assert.True(result.Code == 0, $"exit {result.Code}\n{result.Out}{result.Error}");
        return result;
    }

    /// <param name="withLogs">False: the log folder shows that there was a ledger.</param>
    private void Lose(bool withLogs = true)
    {
        File.Delete(_run.Ledger);
        if (withLogs) Directory.Delete(_run.Logs, recursive: true);
    }

    private void AssertNoWrites(string kind) =>
        Assert.True(_run.Sandbox.Writes(kind).Count == 0, string.Join('\n', _run.Sandbox.Writes(kind).Select(one => $"{one}\n{one.Body}")));

    /// <summary>Once the ledger is rebuilt, a push sends nothing, lists nothing and says nothing. It asks whether it may.</summary>
    private async Task AssertRestAsync(string kind)
    {
        var again = await PushAsync();
        Assert.Equal("", again.Error);
        Assert.DoesNotContain(
            _run.Sandbox.RequestsTo(SandboxItems.ServiceOf(kind)).Concat(_run.Sandbox.RequestsTo(SandboxItems.ListServiceOf(kind))),
            request => !request.Path.EndsWith("?$top=1", StringComparison.Ordinal));
    }

    private string Add(params string[] domains) => _run.Sandbox.MispState.AddEvent(new JsonObject
    {
        ["info"] = "Domains",
        ["Attribute"] = new JsonArray([.. domains.Select(SomeMisp.Domain)]),
    });

    private void Remove(string uuid, string value) => _run.Sandbox.MispState.RemoveAttribute(
        _run.Sandbox.MispState.Get(uuid)!["Attribute"]!.AsArray().First(one => $"{one!["value"]}" == value)!["uuid"]!.GetValue<string>());

    /// <summary>Gives each indicator the id of the generation that its value ends with, as if it had been sent so often.</summary>
    private void Regenerate(string kind)
    {
        var items = _run.Sandbox.Items(kind);
        _run.Sandbox.GraphState.Clear();
        _run.Sandbox.SentinelState.Clear();
        foreach (var item in items)
        {
            var json = JsonNode.Parse(item.Json)!.AsObject();
            _ = int.TryParse(item.Value.Split('.')[0][^2..], out var generation);
            if (kind == "graph")
            {
                json["externalId"] = $"{StableId.ForIndicator("sandbox", kind, "Azure Sentinel", $"domainName={item.Value}", generation)}";
                _run.Sandbox.GraphState.Seed(_run.Sandbox.Options.ClientId, json);
            }
            else
            {
                json["id"] = $"indicator--{StableId.ForIndicator("sandbox", kind, "misp-graph", $"{json["pattern"]}", generation)}";
                _run.Sandbox.SentinelState.Seed("misp-graph", json);
            }
        }
    }
}
