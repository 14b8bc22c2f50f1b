using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Graph;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class FailureTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Wrong_MISP_key_exits_4_and_names_MISP()
    {
        _run.Change(settings => settings["misp"]!["key"] = new string('x', 40));

        var push = await _run.RunAsync("push");

        Assert.Equal(4, push.Code);
        Assert.Contains("MISP", push.Out, StringComparison.Ordinal);
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Graph));
    }

    [Fact]
    public async Task Unreachable_MISP_exits_5()
    {
        _run.Change(settings => settings["misp"]!["url"] = "http://127.0.0.1:1");

        Assert.Equal(5, (await _run.RunAsync("push")).Code);
    }

    [Fact]
    public async Task MISP_in_maintenance_exits_5_and_its_redirect_is_not_followed()
    {
        _run.Sandbox.MispState.Maintenance = true;

        Assert.Equal(5, (await _run.RunAsync("push")).Code);
        Assert.InRange(_run.Sandbox.RequestsTo(Service.Misp).Count, 1, 10);
    }

    [Fact]
    public async Task HTML_in_place_of_JSON_changes_nothing()
    {
        await _run.RunAsync("push");
        var count = _run.Sandbox.GraphState.Count;
        _run.Sandbox.MispState.TouchTimestamp(_run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>());
        _run.Sandbox.Faults.Add(Service.Misp, new Fault.Html(), times: 1_000, when: request =>
            request.Path.Contains("restSearch", StringComparison.Ordinal));

        var push = await _run.RunAsync("push");

        Assert.Equal(5, push.Code);
        Assert.Equal(count, _run.Sandbox.GraphState.Count);
    }

    [Fact]
    public async Task Wrong_client_secret_exits_4_with_the_AADSTS_number()
    {
        _run.Change(settings => settings["auth"]!["clientSecret"] = "not-the-secret-4711");

        var push = await _run.RunAsync("push");

        Assert.Equal(4, push.Code);
        Assert.Contains("7000215", push.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret-4711", push.Out + push.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_run.Sandbox.RequestsTo(Service.Misp), request => request.Path == "/events/restSearch");
    }

    [Fact]
    public async Task Plan_without_a_sign_in_says_what_push_would_meet()
    {
        await _run.RunAsync("push");
        _run.Change(settings => settings["auth"]!["clientSecret"] = "not-the-secret-4711");

        var plan = await _run.RunAsync("plan");

        Assert.Equal(0, plan.Code);
        Assert.Contains("push would end with exit 4 now:", plan.Out, StringComparison.Ordinal);
        Assert.Contains("7000215", plan.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("next: misp-graph push", plan.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_says_that_an_API_has_been_retired()
    {
        await _run.RunAsync("push");
        _run.Sandbox.GraphState.Availability = GraphAvailability.RetiredGone;

        var (plan, json) = (await _run.RunAsync("plan"), await _run.RunAsync("plan", "--json"));

        Assert.Contains("push would end with exit 7 now:", plan.Out, StringComparison.Ordinal);
        Assert.Contains("Graph no longer has tiIndicators", plan.Out, StringComparison.Ordinal);
        Assert.Contains("push would end with exit 7 now:", json.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_role_exits_4_and_names_the_permission()
    {
        _run.Sandbox.GraphState.Availability = GraphAvailability.Forbidden;

        var push = await _run.RunAsync("push");

        Assert.Equal(4, push.Code);
        Assert.Contains("ThreatIndicators.ReadWrite.OwnedBy", push.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GraphAvailability.RetiredNotFound)]
    [InlineData(GraphAvailability.RetiredGone)]
    [InlineData(GraphAvailability.RetiredNotImplemented)]
    [InlineData(GraphAvailability.RetiredSegment)]
    public async Task Retired_API_exits_7_and_names_the_alternative(GraphAvailability availability)
    {
        _run.Sandbox.GraphState.Availability = availability;

        var push = await _run.RunAsync("push");

        Assert.Equal(7, push.Code);
        Assert.Contains("Defender", push.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(_run.Sandbox.RequestsTo(Service.Graph), request => request.Method == "POST");
    }

    [Fact]
    public async Task Bad_record_is_named_and_the_rest_is_sent()
    {
        var uuid = _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>();
        _run.Sandbox.MispState.AddAttribute(
            uuid, new() { ["type"] = "domain", ["value"] = "bad.example", ["to_ids"] = true, ["category"] = "Network activity" });
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(400), times: 1_000, when: request =>
            request.Body.Contains("bad.example", StringComparison.Ordinal));

        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(3, push.Code);
        Assert.Equal(1, push.Destination().GetProperty("rejected").GetInt64());
        Assert.Equal(0, push.Destination().GetProperty("notAttempted").GetInt64());
        Assert.Equal(push.Destination().GetProperty("accepted").GetInt64(), _run.Sandbox.GraphState.Count);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("cut")]
    [InlineData("500")]
    [InlineData("html")]
    public async Task Lost_response_leaves_exactly_one_of_each_indicator(string how)
    {
        Fault fault = how switch
        {
            "reset" => new Fault.Reset(AfterHandling: true),
            "cut" => new Fault.CutOff(60),
            "500" => new Fault.Status(500, AfterHandling: true),
            _ => new Fault.Html(AfterHandling: true),
        };
        _run.Sandbox.Faults.Add(Service.Graph, fault, when: request =>
            request.Path.EndsWith("submitTiIndicators", StringComparison.Ordinal));

        await _run.RunAsync("push");
        var push = await _run.RunAsync("push", "--json");

        Assert.Equal(0, push.Code);
        var all = _run.Sandbox.GraphState.All();
        Assert.Equal(all.Count, all.Select(one => one.ExternalId).Distinct().Count());
        Assert.Equal(push.Destination().GetProperty("held").GetInt64(), all.Count);
    }

    [Theory]
    [InlineData("{ \"misp\": { \"urll\": \"https://misp.example\" } }", "urll")]
    [InlineData("{ \"misp\": { \"eventFilters\": [ { \"tag\": \"x\" } ] } }", "tags")]
    [InlineData("not json", "config.json")]
    public async Task Faulty_settings_exit_2_and_name_the_line(string text, string named)
    {
        File.WriteAllText(_run.ConfigFile, text);

        var push = await _run.RunAsync("push");

        Assert.Equal(2, push.Code);
        Assert.Contains(named, push.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("psuh")]
    [InlineData("push", "--max-delete", "many")]
    [InlineData("push", "--event", "7")]
    [InlineData("push", "--max-duration", "soon")]
    [InlineData("push", "--destination", "nowhere")]
    [InlineData("push", "--output", "xml")]
    [InlineData("@file")]
    public async Task Wrong_command_lines_exit_2(params string[] args) => Assert.Equal(2, (await _run.RunAsync(args)).Code);

    [Fact]
    public async Task Option_without_its_value_is_the_only_error()
    {
        var none = await _run.RunAsync("--config");

        Assert.Equal((2, "error: --config needs a value: FILE.\n       Try 'misp-graph --help'.\n"), (none.Code, none.Error));
    }

    [Fact]
    public async Task Folder_in_place_of_the_settings_file_is_called_a_folder()
    {
        var push = await _run.RunAsync("push", "--config", _run.Folder);

        Assert.Equal(2, push.Code);
        Assert.StartsWith($"error: {_run.Folder} is a folder, not a settings file.", push.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Https_address_of_a_service_without_tls_is_not_called_a_wrong_certificate()
    {
        _run.Change(settings => settings["misp"]!["url"] = $"https://{_run.Sandbox.Misp.Authority}");

        var push = await _run.RunAsync("push");

        Assert.Equal(5, push.Code);
        Assert.Contains("it does not answer with TLS", push.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate", push.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--max-duration")]
    [InlineData("--wait")]
    public async Task Duration_longer_than_any_timer_is_no_limit(string option) =>
        Assert.Equal(0, (await _run.RunAsync("push", option, "1000d")).Code);

    [Fact]
    public async Task No_verb_prints_help_and_exits_2()
    {
        var none = await _run.RunAsync();

        Assert.Equal(2, none.Code);
        Assert.Contains("push", none.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_not_written_anywhere()
    {
        const string Secret = "sandbox-secret-of-no-value";
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(500), nth: 2);
        _run.Sandbox.Faults.Add(Service.Entra, new Fault.Status(500));
        var said = new List<string>();
        foreach (var args in (string[][])[["push", "-vv"], ["read"], ["plan"], ["config", "show"], ["push", "--full", "-v"]])
        {
            var result = await _run.RunAsync(args);
            said.Add(result.Out);
            said.Add(result.Error);
        }

        var key = _run.Sandbox.Options.MispKey;
        Assert.All(said, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
        Assert.All(said, text => Assert.DoesNotContain(key, text, StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(_run.Folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "config.json"))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var marked in (string[])[Secret, key, "eyJ"])
            {
                Assert.True(
                    bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(marked)) < 0, $"{Path.GetFileName(file)} holds '{marked}'");
            }
        }
    }

    [Fact]
    public async Task Ledger_and_logs_are_private()
    {
        if (OperatingSystem.IsWindows()) return;
        // Looked at while a request is under way, too: the ledger has its log and its index then.
        var hold = _run.Sandbox.Faults.Hold(Service.Graph, when: request => request.Method == "POST");
        var push = _run.RunAsync("push", "-vv");
        await hold.Reached.WaitAsync(TestContext.Current.CancellationToken);
        Assert.All((string[])["-wal", "-shm", ".lock", ".owner"], suffix =>
            Assert.True(File.Exists(Path.Combine(_run.Folder, "misp-graph.db" + suffix)), suffix));
        AssertOwnersAlone();
        hold.Release();
        await push;
        AssertOwnersAlone();
        Assert.NotEmpty(_run.RequestFiles());
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void AssertOwnersAlone()
    {
        foreach (var file in Directory.GetFiles(_run.Folder, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".pem", StringComparison.Ordinal)))
        {
            var others = File.GetUnixFileMode(file) & (
                UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
            Assert.True(others == UnixFileMode.None, $"{Path.GetFileName(file)} may be used by others: {others}");
        }
    }

    [Fact]
    public async Task Run_over_its_max_duration_exits_8_and_the_next_finishes()
    {
        _run.Sandbox.Faults.SetLatency(Service.Graph, TimeSpan.FromMilliseconds(700));
        _run.Change(settings => settings["destinations"]![0]!["parallelRequests"] = 1);

        var cut = await _run.RunAsync("push", "--max-duration", "1.2s", "--json");
        Assert.Equal(8, cut.Code);
        _run.Sandbox.Faults.SetLatency(Service.Graph, TimeSpan.Zero);
        var rest = await _run.RunAsync("push", "--json");

        Assert.Equal(0, rest.Code);
        var all = _run.Sandbox.GraphState.All();
        Assert.Equal(all.Count, all.Select(one => one.ExternalId).Distinct().Count());
        Assert.Equal(rest.Destination().GetProperty("held").GetInt64(), all.Count);
    }
}
