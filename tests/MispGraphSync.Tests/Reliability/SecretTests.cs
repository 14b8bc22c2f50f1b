using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>Every verb, successful or failing: no secret is printed or stored.</summary>
public sealed class SecretTests : MarkedSecrets
{
    protected override bool Waits => ToolProcess.IsNative;

    [Theory]
    [InlineData("literal")]
    [InlineData("env")]
    [InlineData("file")]
    public async Task Secrets_are_neither_printed_nor_stored_by_any_verb_or_failure(string how)
    {
        Write(how, Secret, Key);
        Run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(500), nth: 3);
        Run.Sandbox.Faults.Add(Service.Entra, new Fault.Status(503));
        Run.Sandbox.Faults.Add(Service.Sentinel, new Fault.Throttle(TimeSpan.FromSeconds(1)));
        Run.Sandbox.Faults.Add(Service.Misp, new Fault.CutOff());
        await EachVerbAsync();

        // Services that send back what they were given.
        var repeatedKey = $$"""{"message":"{{Key}} is no key"}""";
        var repeatedSecret = $$"""{"error":"invalid_client","error_description":"AADSTS7000215: {{Secret}}"}""";
        foreach (var (service, words) in new[] { (Service.Misp, repeatedKey), (Service.Entra, repeatedSecret) })
        {
            Run.Sandbox.Faults.Clear();
            Run.Sandbox.Faults.Add(service, new Fault.Reply(403, words), times: int.MaxValue);
            await RunAsync("push", "-vv", "--full");
        }

        // Wrong credentials are as secret as right ones.
        Run.Sandbox.Faults.Clear();
        Write(how, "Wrong~" + Secret, Key);
        await RunAsync("push", "-vv");
        Write(how, Secret, "9" + Key[1..]);
        await RunAsync("push", "-vv");
        await RunAsync("doctor");

        AssertNoneIsLeft(Marks);
    }

    private async Task EachVerbAsync()
    {
        var value = "evil.example";
        string[][] verbs =
        [
            ["plan", "-vv"], ["push", "-vv"], ["push", "--json", "--full"], ["push", "-n", "-v"], ["plan", "--output", "jsonl"],
            ["read", "--destination", "graph"], ["read", "--destination", "sentinel", "--output", "jsonl"],
            ["read", "--destination", "defender", "--output", "csv"],
            ["errors"], ["errors", "--output", "json"], ["errors", "--retry", "-vv"], ["status"], ["status", "--json"],
            ["explain", value], ["explain", value, "--json"],
            ["verify", "-vv"], ["verify", "--repair", "--json"], ["doctor", "-vv"], ["doctor", "--json"], ["report"],
            ["config", "show"], ["config", "show", "--json"], ["config", "validate"], ["purge", "--dry-run"], ["purge", "--yes", "-vv"],
            ["push", "--destination", "nowhere"], ["push", "--input", "nowhere.json", "-vv"], ["nonsense"], ["--help"],
        ];
        foreach (var verb in verbs) await RunAsync(verb);
    }
}
