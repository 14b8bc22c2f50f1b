using System.Text.Json;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class ErrorsTests : IAsyncLifetime
{
    private static readonly string[] Keys = ["run", "destination", "key", "value", "reason", "response", "event", "attribute", "remedy"];

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Rejected_record_is_listed_corrected_resent_and_cleared()
    {
        var (@event, attribute) = Seed("bad.example");
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(400), times: 100, when: request =>
            request.Body.Contains("bad.example", StringComparison.Ordinal));
        Assert.Equal(3, (await _run.RunAsync("push")).Code);

        var listed = await _run.RunAsync("errors", "--output", "json");
        Assert.Equal(0, listed.Code);
        var error = Assert.Single(listed.Json.EnumerateArray());
        Assert.Equal(Keys, error.EnumerateObject().Select(property => property.Name));
        Assert.Equal((1, "graph", "bad.example"),
            (error.GetProperty("run").GetInt32(), error.GetProperty("destination").GetString(), error.GetProperty("value").GetString()));
        Assert.Equal($"{_run.Sandbox.Misp.AbsoluteUri}events/view/{@event}", error.GetProperty("event").GetString());
        Assert.Equal(attribute, error.GetProperty("attribute").GetString());
        Assert.All(Keys, key => Assert.NotEqual(JsonValueKind.Null, error.GetProperty(key).ValueKind));

        var again = await _run.RunAsync("errors", "--retry", "--json");
        Assert.Equal((3, 1L), (again.Code, again.Destination().GetProperty("rejected").GetInt64()));

        _run.Sandbox.Faults.Clear();
        _run.Sandbox.ForgetRequests();
        var mended = await _run.RunAsync("errors", "--retry", "--json");
        Assert.Equal((0, 1L), (mended.Code, mended.Destination().GetProperty("accepted").GetInt64()));
        Assert.Equal(("ledger", 0L), (mended.Json.GetProperty("source").GetProperty("kind").GetString(),
            mended.Json.GetProperty("source").GetProperty("events").GetInt64()));
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Misp));
        Assert.Empty((await _run.RunAsync("errors", "--json")).Json.EnumerateArray());
        var push = await _run.RunAsync("push", "--json");
        Assert.Equal((0, 0L), (push.Code, push.Destination().GetProperty("planned").GetProperty("create").GetInt64()));
        Assert.Contains(_run.Sandbox.GraphState.All(), one => one.Json.Contains("bad.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rejected_record_is_listed_in_each_format_with_the_services_message()
    {
        await _run.RunAsync("push");
        Seed("bad.example");
        _run.Sandbox.Faults.Add(
            Service.Graph,
            new Fault.Reply(
                206, """{"value":[{"Error":{"message":"Property 'domainName' has an invalid value: \"bad.example\" \u001b[31m"}}]}"""),
            when: request => request.Body.Contains("bad.example", StringComparison.Ordinal));
        Assert.Equal(3, (await _run.RunAsync("push")).Code);

        var text = await _run.RunAsync("errors");
        Assert.Contains("1 × Property 'domainName' has an invalid value: ", text.Out, StringComparison.Ordinal);
        Assert.Contains("bad.example", text.Out, StringComparison.Ordinal);
        Assert.Contains("errors --retry", text.Out, StringComparison.Ordinal);
        Assert.Contains("to_ids", text.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text.Out);
        var csv = (await _run.RunAsync("errors", "--output", "csv")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((2, string.Join(',', Keys)), (csv.Length, csv[0].TrimEnd('\r')));
        Assert.Equal(
            "bad.example", Assert.Single((await _run.RunAsync("errors", "--output", "jsonl")).Lines).GetProperty("value").GetString());
    }

    [Fact]
    public async Task Errors_can_be_limited_to_a_run_and_a_destination()
    {
        Seed("bad.example");
        Refuse("bad.example", "no");
        await _run.RunAsync("push");

        Assert.Single((await _run.RunAsync("errors", "--run", "1", "--json")).Json.EnumerateArray());
        Assert.Empty((await _run.RunAsync("errors", "--run", "2", "--json")).Json.EnumerateArray());
        Assert.Single((await _run.RunAsync("errors", "--destination", "graph", "--json")).Json.EnumerateArray());
        Assert.Equal(2, (await _run.RunAsync("errors", "--destination", "nowhere")).Code);
        Assert.Equal(2, (await _run.RunAsync("errors", "--retry", "--run", "1")).Code);
    }

    [Fact]
    public async Task Errors_before_the_first_push_are_none()
    {
        Assert.Equal("[]", (await _run.RunAsync("errors", "--json")).Out.Trim());
        Assert.Contains("No indicator is rejected", (await _run.RunAsync("errors")).Out, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_run.Folder, "misp-graph.db")));
    }

    [Fact]
    public async Task Status_figures_match_the_ledger()
    {
        Seed("bad.example");
        Refuse("bad.example", "no");
        var push = await _run.RunAsync("push", "--json");

        var status = await _run.RunAsync("status", "--json");

        Assert.Equal(0, status.Code);
        var run = status.Json.GetProperty("runs")[0];
        Assert.Equal((1, "push", "completed-with-errors", 3), (run.GetProperty("run").GetInt32(), run.GetProperty("command").GetString(),
            run.GetProperty("status").GetString(), run.GetProperty("exitCode").GetInt32()));
        Assert.Equal(
            push.Destination().GetProperty("accepted").GetInt64(), run.GetProperty("destinations")[0].GetProperty("accepted").GetInt64());
        var graph = status.Destination();
        Assert.Equal(_run.Sandbox.GraphState.Count, graph.GetProperty("held").GetInt64());
        Assert.Equal((1L, 0L, true), (graph.GetProperty("turnedDown").GetInt64(), graph.GetProperty("pending").GetInt64(),
            graph.GetProperty("enabled").GetBoolean()));
        Assert.Equal(graph.GetProperty("held").GetInt64(), graph.GetProperty("renewals").GetProperty("within30Days").GetInt64());
        Assert.Equal(JsonValueKind.Null, status.Json.GetProperty("lock").ValueKind);
        Assert.NotEqual(JsonValueKind.Null, status.Json.GetProperty("sources")[0].GetProperty("nextFullRead").ValueKind);
        var text = (await _run.RunAsync("status")).Out;
        Assert.Contains("see 'misp-graph errors'", text, StringComparison.Ordinal);
        Assert.Contains("completed-with-errors (exit 3)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_works_during_a_run_and_needs_no_secret()
    {
        _run.IsInProcess = true;
        var hold = _run.Sandbox.Faults.Hold(Service.Graph, when: request =>
            request.Path.EndsWith("submitTiIndicators", StringComparison.Ordinal));
        var push = _run.RunAsync("push");
        await hold.Reached;

        var status = await _run.RunAsync("status", "--json");
        var text = await _run.RunAsync("status");
        hold.Release();
        await push;

        Assert.Equal((0, Environment.ProcessId), (status.Code, status.Json.GetProperty("lock").GetProperty("process").GetInt32()));
        Assert.Equal(JsonValueKind.Null, status.Json.GetProperty("runs")[0].GetProperty("ended").ValueKind);
        Assert.NotEmpty(status.Destination().GetProperty("openRequests").EnumerateArray());
        Assert.Contains("in flight", text.Out, StringComparison.Ordinal);
        _run.Change(settings => settings["auth"]!["clientSecret"] = "env:NOT_SET_ANYWHERE");
        Assert.Equal(0, (await _run.RunAsync("status", "--runs", "1")).Code);
    }

    [Fact]
    public async Task Status_before_the_first_push_says_so()
    {
        var status = await _run.RunAsync("status");

        Assert.Equal(0, status.Code);
        Assert.Equal("", status.Error);
        Assert.Contains("the next push creates it", status.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_run.Folder, "misp-graph.db")));
    }

    private (string Event, string Attribute) Seed(string domain)
    {
        var uuid = _run.Sandbox.MispState.Events[0]["uuid"]!.GetValue<string>();
        return (uuid, _run.Sandbox.MispState.AddAttribute(
            uuid, new() { ["type"] = "domain", ["value"] = domain, ["to_ids"] = true, ["category"] = "Network activity" }));
    }

    private void Refuse(string domain, string words) =>
        _run.Sandbox.Faults.Add(
            Service.Graph, new Fault.Reply(400, $$$"""{"error":{"code":"BadRequest","message":"{{{words}}}"}}"""), times: 100,
            when: request => request.Body.Contains(domain, StringComparison.Ordinal));
}
