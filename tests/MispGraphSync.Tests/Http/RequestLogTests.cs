using System.Text.Json;
using System.Text.RegularExpressions;
using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations.Graph;
using Xunit;
using static MispGraphSync.Tests.Http.Scripted;

namespace MispGraphSync.Tests.Http;

public class RequestLogTests
{
    private const string Good = """{"value":[{"id":"0f3c0000-0000-4000-8000-000000000001"}]}""";
    private const string HalfBad = """{"value":[{"Error":{"message":"no"}}]}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_attempt_leaves_a_file_that_sorts_by_time_and_names_what_happened()
    {
        using var test = new TestTransport(new Scripted(Says(429, retryAfter: "2"), Says(200, Good)));

        await SubmitAsync(test);

        Assert.Collection(
            test.Files,
            f => Assert.Matches(@"^20260102T03040\d\.\d{3}Z_000001_graph_submit_error_429\.json$", f),
            f => Assert.Matches(@"^20260102T03040\d\.\d{3}Z_000002_graph_submit_200\.json$", f));
        Assert.Equal(test.Files, test.Lines.Select(l => l.FileName));
    }

    [Fact]
    public async Task A_failed_item_makes_the_whole_file_an_error()
    {
        using var test = new TestTransport(new Scripted(Says(206, HalfBad)));

        await SubmitAsync(test);

        Assert.EndsWith("_graph_submit_error_206.json", Assert.Single(test.Files), StringComparison.Ordinal);
        Assert.Equal(1, Read(test).GetProperty("counts").GetProperty("rejected").GetInt32());
    }

    [Fact]
    public async Task A_page_of_html_is_no_success()
    {
        using var test = new TestTransport(new Scripted(Says(200, "<html>Please sign in</html>")));

        var outcome = Assert.Single(await SubmitAsync(test));

        Assert.IsType<StepOutcome.Unknown>(outcome);
        Assert.EndsWith("_graph_submit_error_200.json", Assert.Single(test.Files), StringComparison.Ordinal);
        Assert.Equal("<html>Please sign in</html>", Read(test).GetProperty("responseBody").GetString());
    }

    [Fact]
    public async Task No_answer_is_named_none_and_says_why()
    {
        using var test = new TestTransport(new Scripted(Breaks(HttpRequestError.ResponseEnded)));

        await SubmitAsync(test);

        Assert.EndsWith("_graph_submit_error_none.json", Assert.Single(test.Files), StringComparison.Ordinal);
        Assert.StartsWith("The connection to graph.microsoft.com broke", Read(test).GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_tells_all_that_was_sent_and_said()
    {
        using var test = new TestTransport(new Scripted(Says(200, Good)));

        await SubmitAsync(test);

        var file = Read(test);
        Assert.Equal(7, file.GetProperty("run").GetInt64());
        Assert.Equal(1, file.GetProperty("attempt").GetInt32());
        Assert.Equal("POST", file.GetProperty("method").GetString());
        Assert.Equal("https://graph.microsoft.com/beta/security/tiIndicators/submitTiIndicators", file.GetProperty("url").GetString());
        Assert.Equal("Azure Sentinel", file.GetProperty("requestBody").GetProperty("value")[0].GetProperty("targetProduct").GetString());
        Assert.Equal(200, file.GetProperty("status").GetInt32());
        Assert.Equal("0f3c0000-0000-4000-8000-000000000001", file.GetProperty("responseBody").GetProperty("value")[0].GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, file.GetProperty("exception").ValueKind);
        Assert.True(file.GetProperty("durationMs").GetDouble() >= 0);
        Assert.Equal("""{"items":1,"accepted":1,"rejected":0}""", file.GetProperty("counts").GetRawText());
    }

    [Fact]
    public async Task No_token_is_ever_written_not_even_when_the_service_sends_it_back()
    {
        using var test = new TestTransport(new Scripted(r => Answer(200, $$"""{"echo":"{{r.Headers.Authorization}}","value":[]}""")));

        await SubmitAsync(test);

        var text = await File.ReadAllTextAsync(Path.Combine(test.Logs, Assert.Single(test.Files)), Ct);
        Assert.DoesNotContain("token-1", text, StringComparison.Ordinal);
        Assert.Contains("""responseBody":{"echo":"Bearer ***","value":[]}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_headers_that_explain_are_kept()
    {
        using var test = new TestTransport(new Scripted(_ =>
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
    public async Task Fewer_files_may_be_asked_for(RequestLogging logging, int files)
    {
        using var test = new TestTransport(new Scripted(Says(429, retryAfter: "1"), Says(200, Good)), logging);

        await SubmitAsync(test);

        Assert.Equal(files, Directory.Exists(test.Logs) ? test.Files.Length : 0);
        Assert.Equal([429, 200], test.Lines.Select(l => (int)l.Status!));
    }

    [Fact]
    public async Task Nothing_is_sent_that_cannot_be_recorded()
    {
        var service = new Scripted(Says(200, Good));
        using var test = new TestTransport(service);
        await File.WriteAllTextAsync(test.Logs, "a file where the folder should be", Ct);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => SubmitAsync(test));

        Assert.Equal(ExitCode.Usage, failure.Code);
        Assert.Contains(test.Logs, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, service.Count);
    }

    [Fact]
    public async Task A_file_that_cannot_be_finished_stops_the_run()
    {
        using var test = new TestTransport(new Scripted(r =>
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
    public async Task Half_a_file_is_never_seen()
    {
        string[] seen = [];
        var looked = false;
        using var test = new TestTransport(new Scripted(r =>
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
        await using var graph = GraphDestination.Create(SomeIndicator.Settings(), test.Transport, new FakeTokens());
        return await test.PassAsync(graph.ApplyAsync(Operation.Create, [SomeIndicator.Step(graph, 0)], Ct));
    }
}
