using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>What people read, on narrow terminals, with the longest and worst that MISP and services can say.</summary>
public sealed class TextWidthTests : IAsyncLifetime
{
    private const string Event = "5f8e1c3a-9d7b-4c2e-8f10-6a5b4c3d2e1f";

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync();
        var title = $"\e[2J{string.Concat(Enumerable.Repeat("悪意のある title ", 30))}\u202e";
        var uuid = _run.Sandbox.MispState.AddEvent(new JsonObject { ["uuid"] = Event, ["info"] = title, ["Attribute"] = new JsonArray() });
        foreach (var value in (string[])["bad.example",
            $"http://evil.example/{new string('a', 900)}?{string.Join('&', Enumerable.Range(0, 40))}",
            "https://xn--e1afmkfd.example/悪意/のある?q=%1b[31m"])
        {
            _run.Sandbox.MispState.AddAttribute(uuid, new JsonObject
            {
                ["type"] = value == "bad.example" ? "domain" : "url",
                ["value"] = value,
                ["comment"] = title,
                ["to_ids"] = true
            });
        }

        var words = string.Join(' ', Enumerable.Repeat("The service complains at length about 'domainName'", 20)) + "\\u001b[31m\\r\\n";
        _run.Sandbox.Faults.Add(
            Service.Graph, new Fault.Reply(400, $$$"""{"error":{"code":"BadRequest","message":"{{{words}}}"}}"""), times: 20,
            when: request => request.Body.Contains("bad.example", StringComparison.Ordinal));
        Assert.Equal(3, (await _run.RunAsync("push", "-q")).Code);
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Each_output_line_fits_the_width_without_broken_words(int width)
    {
        foreach (var command in (string[])["push", "errors", "status", "explain bad.example", $"explain {Event}", "verify",
            "read --destination graph", "plan --full", "config show", "errors --retry"])
        {
            _run.Width = 4_000;
            var wide = await _run.RunAsync(command.Split(' '));
            (_run.Width, _run.IsInProcess) = (width, true);
            var narrow = await _run.RunAsync(command.Split(' '));

            Assert.All(narrow.Out.Split('\n'), line =>
                Assert.True(Fits(line.TrimEnd('\r'), width), $"{command}: {TextWidth.Of(line)} columns: {line}"));
            Assert.DoesNotContain('\e', narrow.Out + narrow.Error);
            Assert.DoesNotContain('\u202e', narrow.Out);
            Assert.DoesNotContain(narrow.Out.Split('\n'), line => line.TrimEnd('\r').Contains('\r', StringComparison.Ordinal));
            if (command is "status" or "errors") Assert.Equal(Words(wide.Out), Words(narrow.Out));
        }
    }

    // One word alone may be longer than the line: an address that is to be copied, or a value.
    private static bool Fits(string line, int width) => TextWidth.Of(line) <= width || !line.Trim().Contains(' ', StringComparison.Ordinal);

    private static string[] Words(string text) => text.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
