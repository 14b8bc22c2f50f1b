using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>The way of somebody who has never seen the tool, by the words that it prints itself.</summary>
public sealed partial class NewcomerTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(options: null, "sentinel", "defender");
        File.Delete(_run.ConfigFile);
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Each_step_from_first_run_to_fixed_failure_names_the_next()
    {
        var lost = await _run.RunAsync("push");
        Assert.Equal(2, lost.Code);
        Assert.Contains("misp-graph config init", lost.Error, StringComparison.Ordinal);

        SetEnvironment();
        var init = await _run.RunAsync("config", "init", "--from-env");
        Assert.Equal(0, init.Code);
        Assert.Contains("misp-graph doctor", init.Error, StringComparison.Ordinal);
        var healthy = await _run.RunAsync("doctor");
        Assert.Equal(0, healthy.Code);
        Assert.Contains(", 0 failed, 0 skipped", healthy.Out, StringComparison.Ordinal);

        Assert.Contains("misp-graph plan", init.Error, StringComparison.Ordinal);
        var plan = await _run.RunAsync("plan");
        Assert.Equal(0, plan.Code);
        var push = await FollowAsync(plan, "push");
        Assert.Equal(0, push.Code);
        var verify = await FollowAsync(push, "verify");
        Assert.Contains("No differences found.", verify.Out, StringComparison.Ordinal);
        Assert.Contains(
            "is there", (await _run.RunAsync("explain", "hxxps://parcel-desk[.]example/pay?order=7")).Out, StringComparison.Ordinal);

        var attribute = AddBadAttribute();
        _run.Sandbox.Faults.Add(Service.Defender, new Fault.Status(400), times: 100, when: request =>
            request.Body.Contains("no-such-thing.example", StringComparison.Ordinal));
        var failed = await _run.RunAsync("push");
        Assert.Equal(3, failed.Code);
        Assert.Matches(@"\b1 × \S", failed.Out);
        var errors = await FollowAsync(failed, "errors --run 2");
        Assert.Contains("no-such-thing.example", errors.Out, StringComparison.Ordinal);
        Assert.Contains(attribute, errors.Out, StringComparison.Ordinal);

        _run.Sandbox.Faults.Clear();
        Assert.Contains("misp-graph errors --retry ", errors.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("errors", "--retry")).Code);
        Assert.Contains("No indicator is rejected.", (await _run.RunAsync("errors")).Out, StringComparison.Ordinal);

        var status = await _run.RunAsync("status");
        Assert.Contains("The last 3 runs", status.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("  rejected ", status.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Push_with_broken_sign_in_points_to_doctor_which_names_the_cause()
    {
        SetEnvironment();
        await _run.RunAsync("config", "init", "--from-env");
        _run.Environment["AZURE_CLIENT_SECRET"] = "a-secret-that-has-run-out";

        var failed = await _run.RunAsync("push");
        Assert.Equal(4, failed.Code);
        var doctor = await FollowAsync(failed, "doctor");
        Assert.Equal(4, doctor.Code);
        Assert.Equal("defender token", FirstFailure(doctor));
        Assert.Contains("The client secret is wrong.", doctor.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret-that-has-run-out", failed.Out + failed.Error + doctor.Out + doctor.Error, StringComparison.Ordinal);

        SetEnvironment();
        Assert.Equal(0, (await _run.RunAsync("doctor")).Code);
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
    }

    [Fact]
    public async Task Refused_MISP_key_is_named_by_doctor_and_nothing_is_called_unchanged()
    {
        SetEnvironment();
        await _run.RunAsync("config", "init", "--from-env");
        await _run.RunAsync("push");
        _run.Environment["MISP_KEY"] = new string('x', 40);

        var failed = await _run.RunAsync("push");
        Assert.Equal(4, failed.Code);
        Assert.Contains("misp: not read", failed.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("unchanged", failed.Out, StringComparison.Ordinal);
        var doctor = await FollowAsync(failed, "doctor");
        Assert.Equal("misp key", FirstFailure(doctor));
    }

    [Fact]
    public async Task Doctor_checks_the_destination_that_lost_its_permission()
    {
        SetEnvironment();
        await _run.RunAsync("config", "init", "--from-env");
        _run.Sandbox.EntraState.App.DefenderRoles.Clear();

        var failed = await _run.RunAsync("push");
        Assert.Equal(4, failed.Code);
        var doctor = await FollowAsync(failed, "doctor --destination defender");
        Assert.Equal("defender roles", FirstFailure(doctor));
        Assert.DoesNotContain("sentinel token", doctor.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_names_the_connection_when_MISP_is_unreachable()
    {
        SetEnvironment();
        await _run.RunAsync("config", "init", "--from-env");
        _run.Environment["MISP_GRAPH__MISP__URL"] = "http://127.0.0.1:1";

        var failed = await _run.RunAsync("push");
        Assert.Equal(5, failed.Code);
        var doctor = await FollowAsync(failed, "doctor");
        Assert.Equal((5, "connections"), (doctor.Code, FirstFailure(doctor)));
        Assert.Contains("127.0.0.1:1 (MISP)", doctor.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_init_writes_the_same_settings_from_answers_and_from_the_environment()
    {
        _run.Answers = string.Join('\n', _run.Sandbox.Misp, "env:MISP_KEY", "defender", _run.Sandbox.Options.Tenant, "secret",
            _run.Sandbox.Options.ClientId, "env:AZURE_CLIENT_SECRET", "alert") + "\n";
        SetEnvironment();

        var init = await _run.RunAsync("config", "init");

        Assert.Equal((0, _run.ConfigFile), (init.Code, init.Out.Trim()));
        Assert.Equal(0, (await _run.RunAsync("push", "--destination", "defender")).Code);
        Assert.NotEmpty(_run.Sandbox.DefenderState.All());
    }

    private static string FirstFailure(ToolResult doctor) =>
        Failure().Match(doctor.Out) is { Success: true } found ? found.Groups[1].Value : "nothing";

    /// <summary>Runs a command that was recommended, as it was printed.</summary>
    private Task<ToolResult> FollowAsync(ToolResult before, string command)
    {
        var next = Next().Matches(before.Out).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains(command, next);
        return _run.RunAsync(command.Split(' '));
    }

    private void SetEnvironment()
    {
        var options = _run.Sandbox.Options;
        _run.Environment["MISP_URL"] = _run.Sandbox.Misp.ToString();
        _run.Environment["MISP_KEY"] = options.MispKey;
        _run.Environment["AZURE_TENANT_ID"] = $"{options.Tenant}";
        _run.Environment["AZURE_CLIENT_ID"] = options.ClientId;
        _run.Environment["AZURE_CLIENT_SECRET"] = options.ClientSecret;

        // What nobody needs at the real services.
        _run.SetPlaces("sentinel", "defender");
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("SENTINEL__KIND", "sentinel"), ("SENTINEL__WORKSPACEID", $"{options.WorkspaceId}"), ("DEFENDER__KIND", "defender"),
        ])
        {
            _run.Environment[$"MISP_GRAPH__DESTINATIONS__{name}"] = value;
        }
    }

    private string AddBadAttribute()
    {
        var uuid = _run.Sandbox.MispState.AddEvent(new JsonObject { ["info"] = "A typing error", ["Attribute"] = new JsonArray() });
        return _run.Sandbox.MispState.AddAttribute(
            uuid, new JsonObject { ["type"] = "domain", ["value"] = "no-such-thing.example", ["to_ids"] = true });
    }

    [GeneratedRegex(@"^failed   (.+?)  ", RegexOptions.Multiline)]
    private static partial Regex Failure();

    [GeneratedRegex(@"^  next: misp-graph (\S+(?: \S+)*)  ", RegexOptions.Multiline)]
    private static partial Regex Next();
}
