using System.Text;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>Runs every verb with marked secrets, well and badly, and looks for them in all that was said and left behind.</summary>
public sealed class SecretTests : IAsyncLifetime
{
    private const string Secret = "Marked~Client-Secret.4711_QZ";
    private const string Key = "MarkedKeyMarkedKeyMarkedKeyMarkedKey4711";

    private readonly List<(string What, string Text)> _said = [];
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync(
        new SandboxOptions { SampleEvents = true, ClientSecret = Secret, MispKey = Key }, "graph", "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData("literal")]
    [InlineData("env")]
    [InlineData("file")]
    public async Task No_secret_is_said_or_left_behind_whatever_is_run_and_whatever_goes_wrong(string how)
    {
        Write(how, Secret, Key);
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Status(500), nth: 3);
        _run.Sandbox.Faults.Add(Service.Entra, new Fault.Status(503));
        _run.Sandbox.Faults.Add(Service.Sentinel, new Fault.Throttle(TimeSpan.FromSeconds(1)));
        _run.Sandbox.Faults.Add(Service.Misp, new Fault.CutOff());
        await EachVerbAsync();

        // Services that send back what they were given.
        foreach (var (service, words) in new[] { (Service.Misp, $$"""{"message":"{{Key}} is no key"}"""), (Service.Entra, $$"""{"error":"invalid_client","error_description":"AADSTS7000215: {{Secret}}"}""") })
        {
            _run.Sandbox.Faults.Clear();
            _run.Sandbox.Faults.Add(service, new Fault.Reply(403, words), times: int.MaxValue);
            await RunAsync("push", "-vv", "--full");
        }

        // And credentials that are wrong are as secret as right ones.
        _run.Sandbox.Faults.Clear();
        Write(how, "Wrong~" + Secret, Key);
        await RunAsync("push", "-vv");
        Write(how, Secret, "9" + Key[1..]);
        await RunAsync("push", "-vv");
        await RunAsync("doctor");

        Assert.All(_said, said => Assert.True(Marks.All(mark => !said.Text.Contains(mark, StringComparison.Ordinal)), $"{said.What} says a secret: {said.Text}"));
        AssertNoFileHolds();
    }

    private static string[] Marks => [Secret, Key, Key[1..], Secret[..20], Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))[..20], Uri.EscapeDataString(Secret), "eyJ"];

    private async Task EachVerbAsync()
    {
        var value = "evil.example";
        string[][] verbs =
        [
            ["plan", "-vv"], ["push", "-vv"], ["push", "--json", "--full"], ["push", "-n", "-v"], ["plan", "--output", "jsonl"],
            ["read", "--destination", "graph"], ["read", "--destination", "sentinel", "--output", "jsonl"], ["read", "--destination", "defender", "--output", "csv"],
            ["errors"], ["errors", "--output", "json"], ["errors", "--retry", "-vv"], ["status"], ["status", "--json"], ["explain", value], ["explain", value, "--json"],
            ["verify", "-vv"], ["verify", "--repair", "--json"], ["doctor", "-vv"], ["doctor", "--json"], ["report"],
            ["config", "show"], ["config", "show", "--json"], ["config", "validate"], ["purge", "--dry-run"], ["purge", "--yes", "-vv"],
            ["push", "--destination", "nowhere"], ["push", "--input", "nowhere.json", "-vv"], ["nonsense"], ["--help"],
        ];
        foreach (var verb in verbs) await RunAsync(verb);
    }

    private async Task RunAsync(params string[] args)
    {
        var result = await _run.RunAsync(args);
        _said.Add(($"'{string.Join(' ', args)}' on stdout", result.Out));
        _said.Add(($"'{string.Join(' ', args)}' on stderr", result.Error));
    }

    private void Write(string how, string secret, string key)
    {
        File.WriteAllText(Path.Combine(_run.Folder, "secret.txt"), secret + "\n");
        File.WriteAllText(Path.Combine(_run.Folder, "key.txt"), key);
        (_run.Environment["MARKED_SECRET"], _run.Environment["MARKED_KEY"]) = (secret, key);
        _run.Change(settings => (settings["auth"]!["clientSecret"], settings["misp"]!["key"]) = how switch
        {
            "env" => ("env:MARKED_SECRET", "env:MARKED_KEY"),
            "file" => ("file:secret.txt", "file:key.txt"),
            _ => (secret, key),
        });
    }

    private void AssertNoFileHolds()
    {
        string[] theirOwn = ["config.json", "secret.txt", "key.txt"];
        var files = Directory.GetFiles(_run.Folder, "*", SearchOption.AllDirectories).Where(file => !theirOwn.Contains(Path.GetFileName(file))).ToList();
        Assert.Contains(files, file => file.EndsWith(".db", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith(".log", StringComparison.Ordinal));
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            Assert.All(Marks, mark => Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(mark)) < 0, $"{Path.GetFileName(file)} holds '{mark}'"));
        }
    }
}
