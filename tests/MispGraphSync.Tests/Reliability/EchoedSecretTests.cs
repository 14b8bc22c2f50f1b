using System.Text;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>Services that repeat credentials in their responses: no secret is printed or stored.</summary>
public sealed class EchoedSecretTests : MarkedSecrets
{
    public static TheoryData<string, int> Echoes => new()
    {
        { "header", 400 }, { "header", 401 }, { "header", 200 }, { "all", 403 }, { "page", 500 }, { "items", 200 },
    };

    [Theory]
    [MemberData(nameof(Echoes))]
    public async Task Secrets_echoed_by_a_service_are_neither_printed_nor_stored(string form, int status)
    {
        Write("literal", Secret, Key);
        Assert.Equal(0, (await Run.RunAsync("push", "-q")).Code);
        foreach (var service in (Service[])[Service.Graph, Service.Sentinel, Service.Defender])
        {
            Run.Sandbox.Faults.Add(service, Echo(form, status), times: int.MaxValue);
        }
        Run.Sandbox.MispState.AddEvent(SomeMisp.Event(77, domains: 3));
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

        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task Secrets_echoed_by_MISP_or_Entra_are_neither_printed_nor_stored(int status)
    {
        Write("literal", Secret, Key);
        foreach (var service in (Service[])[Service.Misp, Service.Entra])
        {
            foreach (var form in (string[])["page", "all"])
            {
                Run.Sandbox.Faults.Clear();
                Run.Sandbox.Faults.Add(service, Echo(form, status), times: int.MaxValue);
                string[][] verbs = [["push", "-vv", "--full"], ["doctor"], ["doctor", "--json"], ["read", "--destination", "graph"],
                    ["explain", "unheard-of.example"], ["status"]];
                foreach (var verb in verbs) await RunAsync(verb);
            }
        }

        AssertNothingIsLeft();
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

    private void AssertNothingIsLeft()
    {
        var headers = Run.Sandbox.Requests.Select(request => request.Headers.GetValueOrDefault("Authorization", ""));
        var tokens = headers.Where(header => header.StartsWith("Bearer ", StringComparison.Ordinal)).Select(header => header[7..])
            .Distinct().ToList();
        var ofTokens = tokens.SelectMany(token => (string[])
            [token[^24..], token[(token.Length / 2)..][..24], Escaped(token[^24..]),
                Convert.ToBase64String(Encoding.UTF8.GetBytes("Bearer " + token))[^60..^30]]);
        string[] marks = [.. ofTokens, .. Marks.Where(mark => mark != "eyJ"), Key[^24..]];
        AssertNoneIsLeft(marks);
    }
}
