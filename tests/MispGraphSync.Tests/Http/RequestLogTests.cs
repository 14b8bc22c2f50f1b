using System.Text.Json;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Http;
using Xunit;
using static MispGraphSync.Tests.Http.ScriptedHandler;

namespace MispGraphSync.Tests.Http;

public class RequestLogTests
{
    private const string Good = """{"value":[{"id":"0f3c0000-0000-4000-8000-000000000001"}]}""";
    private const string HalfBad = """{"value":[{"Error":{"message":"no"}}]}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_attempt_writes_a_file_whose_name_sorts_by_time_and_states_the_result()
    {
        using var test = new TestTransport(new ScriptedHandler(Says(429, retryAfter: "2"), Says(200, Good)));

        await SubmitAsync(test);

        Assert.Collection(
            test.Files,
            f => Assert.Matches(@"^20260102T03040\d\.\d{3}Z_000001_graph_submit_error_429\.json$", f),
            f => Assert.Matches(@"^20260102T03040\d\.\d{3}Z_000002_graph_submit_200\.json$", f));
        Assert.Equal(test.Files, test.Lines.Select(l => l.FileName));
    }

    [Fact]
    public async Task One_failed_item_marks_the_whole_file_as_error()
    {
        using var test = new TestTransport(new ScriptedHandler(Says(206, HalfBad)));

        await SubmitAsync(test);

        Assert.EndsWith("_graph_submit_error_206.json", Assert.Single(test.Files), StringComparison.Ordinal);
        Assert.Equal(1, Read(test).GetProperty("counts").GetProperty("rejected").GetInt32());
    }

    [Fact]
    public async Task Html_page_is_not_a_success()
    {
        using var test = new TestTransport(new ScriptedHandler(Says(200, "<html>Please sign in</html>")));

        var outcome = Assert.Single(await SubmitAsync(test));

        Assert.IsType<StepOutcome.Unknown>(outcome);
        Assert.EndsWith("_graph_submit_error_200.json", Assert.Single(test.Files), StringComparison.Ordinal);
        Assert.Equal("<html>Please sign in</html>", Read(test).GetProperty("responseBody").GetString());
    }

    [Fact]
    public async Task Missing_response_is_named_none_with_its_reason()
    {
        using var test = new TestTransport(new ScriptedHandler(Breaks(HttpRequestError.ResponseEnded)));

        await SubmitAsync(test);

        Assert.EndsWith("_graph_submit_error_none.json", Assert.Single(test.Files), StringComparison.Ordinal);
        Assert.StartsWith(
            "The connection to graph.microsoft.com broke", Read(test).GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_holds_the_request_and_the_response()
    {
        using var test = new TestTransport(new ScriptedHandler(Says(200, Good)));

        await SubmitAsync(test);

        var file = Read(test);
        Assert.Equal(7, file.GetProperty("run").GetInt64());
        Assert.Equal(1, file.GetProperty("attempt").GetInt32());
        Assert.Equal("POST", file.GetProperty("method").GetString());
        Assert.Equal("https://graph.microsoft.com/beta/security/tiIndicators/submitTiIndicators", file.GetProperty("url").GetString());
        Assert.Equal("Azure Sentinel", file.GetProperty("requestBody").GetProperty("value")[0].GetProperty("targetProduct").GetString());
        Assert.Equal(200, file.GetProperty("status").GetInt32());
        Assert.Equal(
            "0f3c0000-0000-4000-8000-000000000001", file.GetProperty("responseBody").GetProperty("value")[0].GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, file.GetProperty("exception").ValueKind);
        Assert.True(file.GetProperty("durationMs").GetDouble() >= 0);
        Assert.Equal("""{"items":1,"accepted":1,"rejected":0}""", file.GetProperty("counts").GetRawText());
    }

    [Fact]
    public async Task Token_is_never_written_even_if_the_service_echoes_it()
    {
        using var test = new TestTransport(
            new ScriptedHandler(r => Answer(200, $$"""{"echo":"{{r.Headers.Authorization}}","value":[]}""")));

        await SubmitAsync(test);

        var text = await File.ReadAllTextAsync(Path.Combine(test.Logs, Assert.Single(test.Files)), Ct);
        Assert.DoesNotContain("token-1", text, StringComparison.Ordinal);
        Assert.Contains("""responseBody":{"echo":"Bearer ***","value":[]}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_diagnostic_headers_are_kept()
    {
        using var test = new TestTransport(new ScriptedHandler(_ =>
        {
            var answer = Answer(200, Good);
            answer.Headers.Add("request-id", "r-1");
            answer.Headers.Add("Set-Cookie", "session=hidden");
            return answer;
        }));

        await SubmitAsync(test);

        var names = Read(test).GetProperty("responseHeaders").EnumerateObject().Select(h => h.Name);
        Assert.Equal(["request-id", "Content-Type"], names);
    }

    [Theory]
    [InlineData(RequestLogging.Errors, 1)]
    [InlineData(RequestLogging.None, 0)]
    public async Task Setting_limits_which_files_are_kept(RequestLogging logging, int files)
    {
        using var test = new TestTransport(new ScriptedHandler(Says(429, retryAfter: "1"), Says(200, Good)), logging);

        await SubmitAsync(test);

        Assert.Equal(files, Directory.Exists(test.Logs) ? test.Files.Length : 0);
        Assert.Equal([429, 200], test.Lines.Select(l => (int)l.Status!));
    }

    [Fact]
    public async Task Unwritable_request_log_prevents_sending()
    {
        var service = new ScriptedHandler(Says(200, Good));
        using var test = new TestTransport(service);
        await File.WriteAllTextAsync(test.Logs, "a file where the folder should be", Ct);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => SubmitAsync(test));

        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
        Assert.Contains(test.Logs, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, service.Count);
    }

    [Fact]
    public async Task Failed_write_of_a_file_stops_the_run()
    {
        using var test = new TestTransport(new ScriptedHandler(r =>
        {
            // The folder goes away while the request is out.
            var logs = Directory.GetParent(Directory.GetFiles(_root!, "*.tmp", SearchOption.AllDirectories)[0])!.FullName;
            Directory.Delete(logs, recursive: true);
            return Answer(200, Good);
        }));
        _root = Path.GetDirectoryName(test.Logs);

        await Assert.ThrowsAsync<RunFailedException>(() => SubmitAsync(test));
        await Assert.ThrowsAsync<RunFailedException>(() => SubmitAsync(test));
    }

    [Fact]
    public async Task Incomplete_file_is_never_visible()
    {
        string[] seen = [];
        var looked = false;
        using var test = new TestTransport(new ScriptedHandler(r =>
        {
            seen = Directory.GetFiles(Path.Combine(_root!, "logs"), "*.json");
            looked = true;
            return Answer(200, Good);
        }));
        _root = Path.GetDirectoryName(test.Logs);

        await SubmitAsync(test);

        Assert.True(looked);
        Assert.Empty(seen);
        Assert.Empty(Directory.GetFiles(test.Logs, ".*"));
        Assert.Matches(new Regex(@"\}\n$"), await File.ReadAllTextAsync(Path.Combine(test.Logs, test.Files[0]), Ct));
    }

    private string? _root;

    private static JsonElement Read(TestTransport test) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(test.Logs, test.Files[0]))).RootElement;

    private static async Task<IReadOnlyList<StepOutcome>> SubmitAsync(TestTransport test)
    {
        await using var graph = new GraphDestination(SomeIndicator.GraphSettings(), test.Transport, new FakeTokens());
        return await test.PassAsync(graph.ApplyAsync(Operation.Create, [SomeIndicator.Step(graph, 0)], Ct));
    }
}
