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
        AssertNoFileHolds(Marks);
    }

    public static TheoryData<string, int> Echoes => new()
    {
        { "header", 400 }, { "header", 401 }, { "header", 200 }, { "all", 403 }, { "page", 500 }, { "items", 200 },
    };

    [Theory]
    [MemberData(nameof(Echoes))]
    public async Task No_secret_that_a_service_repeats_is_said_or_kept(string form, int status)
    {
        Write("literal", Secret, Key);
        _run.ToolTime = new HurriedTime();
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        foreach (var service in (Service[])[Service.Graph, Service.Sentinel, Service.Defender])
        {
            _run.Sandbox.Faults.Add(service, Echo(form, status), times: int.MaxValue);
        }
        _run.Sandbox.MispState.AddEvent(SomeMisp.Event(77, domains: 3));
        string[][] verbs =
        [
            ["push", "-vv"], ["push", "--json", "--full"], ["errors"], ["errors", "--output", "json"], ["errors", "--output", "csv"],
            ["errors", "--retry", "-vv"],
            ["explain", "evil.example"], ["status"], ["report"], ["read", "--destination", "graph"],
            ["read", "--destination", "sentinel", "--output", "jsonl"],
            ["read", "--destination", "defender", "--output", "csv"], ["verify"], ["verify", "--repair", "-vv", "--json"],
            ["doctor", "-vv"], ["doctor", "--json", "--write"],
            ["purge", "--yes", "-vv"],
        ];
        foreach (var verb in verbs) await RunAsync(verb);

        AssertNoneIsLeft();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task No_secret_that_MISP_or_Entra_repeats_is_said_or_kept(int status)
    {
        Write("literal", Secret, Key);
        _run.ToolTime = new HurriedTime();
        foreach (var service in (Service[])[Service.Misp, Service.Entra])
        {
            foreach (var form in (string[])["page", "all"])
            {
                _run.Sandbox.Faults.Clear();
                _run.Sandbox.Faults.Add(service, Echo(form, status), times: int.MaxValue);
                string[][] verbs = [["push", "-vv", "--full"], ["doctor"], ["doctor", "--json"], ["read", "--destination", "graph"],
                    ["explain", "unheard-of.example"], ["status"]];
                foreach (var verb in verbs) await RunAsync(verb);
            }
        }

        AssertNoneIsLeft();
    }

    private static Fault.Echo Echo(string form, int status) => form switch
    {
        "page" => new(status, header => $"<html><body>{header}</body></html>", "text/html"),
        "all" => new(status, header => Error(
            $"{Escaped(header)} {Uri.EscapeDataString(header)} {Convert.ToBase64String(Encoding.UTF8.GetBytes(header))} "
            + $"…{header[^Math.Min(40, header.Length)..]}",
            header[..(header.Length / 2)])),
        "items" => new(status, header => $$"""
            {"value":[{"id":"1","Error":"{\"error\":{\"code\":\"x\",\"message\":\"{{header}}\"} }","externalId":"{{header}}",
             "indicator":"{{header}}","isFailed":true,"failureReason":"{{header}}"}],
             "errors":[{"recordIndex":0,"errorMessages":["{{header}}"]}]}
            """),
        _ => new(status, header =>
            System.Text.Json.JsonSerializer.Serialize(
                new { error = new { code = "x", message = header }, message = header, version = header })),
    };

    private static string Error(string words, string code = "x") =>
        $$"""{"error":{"code":"{{code}}","message":"{{words}}"},"message":"{{words}}"}""";

    private static string Escaped(string text) => string.Concat(text.Select(c => $"\\u{(int)c:x4}"));

    private void AssertNoneIsLeft()
    {
        var headers = _run.Sandbox.Requests.Select(request => request.Headers.GetValueOrDefault("Authorization", ""));
        var tokens = headers.Where(header => header.StartsWith("Bearer ", StringComparison.Ordinal)).Select(header => header[7..])
            .Distinct().ToList();
        var ofTokens = tokens.SelectMany(token => (string[])
            [token[^24..], token[(token.Length / 2)..][..24], Escaped(token[^24..]),
                Convert.ToBase64String(Encoding.UTF8.GetBytes("Bearer " + token))[^60..^30]]);
        string[] marks = [.. ofTokens, .. Marks.Where(mark => mark != "eyJ"), Key[^24..]];
        Assert.All(_said, said =>
            Assert.True(marks.All(mark => !said.Text.Contains(mark, StringComparison.Ordinal)), $"{said.What} says a secret: {said.Text}"));
        AssertNoFileHolds(marks);
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

    private void AssertNoFileHolds(string[] marks)
    {
        string[] theirOwn = ["config.json", "secret.txt", "key.txt"];
        var files = Directory.GetFiles(_run.Folder, "*", SearchOption.AllDirectories).Where(file => !theirOwn.Contains(Path.GetFileName(file))).ToList();
        Assert.Contains(files, file => file.EndsWith(".db", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith(".log", StringComparison.Ordinal));
        foreach (var file in files)
        {
            var bytes = File.ReadAllBytes(file);
            Assert.All(marks, mark =>
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(mark)) < 0, $"{Path.GetFileName(file)} holds '{mark}'"));
        }
    }
}
