using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using MispGraphSync.Sources.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>Every answer that a real server gave to a search, and to the few questions besides, goes through the client.</summary>
public sealed class RecordedAnswerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recorded_answers_are_read_as_their_status_says()
    {
        var differences = new List<string>();
        var read = 0;
        foreach (var file in Directory.GetFiles(SharedData.Require("misp-recorded"), "*.request.json").Order(StringComparer.Ordinal))
        {
            var path = (string)JsonNode.Parse(await System.IO.File.ReadAllTextAsync(file, Ct))!["path"]!;
            var name = Path.GetFileName(file).Replace(".request.json", "", StringComparison.Ordinal);
            var answer = Answer.Load(file);
            if (Ask(path, answer.IsSuccess) is not { } ask) continue;
            read++;
            var (expected, actual) = (Expected(name, answer), await ReadAsync(answer, ask));
            if (expected != actual) differences.Add($"{name} ({answer.Status}): {actual}, not {expected}");
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(read, 300, 10_000);
    }

    private static string Expected(string name, Answer answer) => answer switch
    {
        // PHP ran out of time in the middle of a response, with status 200.
        _ when name is "second-cut-200-gzip" => nameof(MispErrorKind.ResponseFailed),
        { Status: 200 } => "read",
        { IsPage: true, Status: 403 } => nameof(MispErrorKind.Unreachable),
        { Status: 403 or 405 } => nameof(MispErrorKind.SignIn),
        { Status: 404 } => nameof(MispErrorKind.NotFound),
        { Status: 500 or 502 } => nameof(MispErrorKind.ResponseFailed),
        _ => nameof(MispErrorKind.Unreachable),
    };

    private static Func<MispClient, Task>? Ask(string path, bool isSuccess) => path switch
    {
        "/events/restSearch" => ReadEventsAsync,
        "/attributes/restSearch" => async client =>
        {
            var (json, _) = await client.SearchWholeAsync("attributes/restSearch", new JsonObject(), Ct);
            using (json) _ = json.RootElement.GetProperty("response").GetProperty("Attribute").GetArrayLength();
        }
        ,
        "/servers/getVersion" => client => MispServer.VersionAsync(client, Ct),
        // A role that may not ask this is no fault.
        "/users/view/me" when isSuccess => async client => Assert.NotNull(await MispServer.UserAsync(client, Ct)),
        "/warninglists/index" when isSuccess => async client => Assert.NotNull(await MispServer.WarninglistsAsync(client, Ct)),
        _ => null,
    };

    private static async Task ReadEventsAsync(MispClient client)
    {
        using var search = await client.SearchEventsAsync(new JsonObject(), canShrink: true, skipItems: false, Ct);
        await foreach (var item in search.ReadAsync(Ct))
        {
            if (item.Fault is { } fault) throw new InvalidOperationException($"{item.Event.Uuid}: {fault}");
            foreach (var one in item.Items) _ = one;
        }
    }

    private static async Task<string> ReadAsync(Answer answer, Func<MispClient, Task> ask)
    {
        using var http = new HttpClient(answer, disposeHandler: false);
        var client = new MispClient(
            http, new Uri("https://misp.example"), _ => ValueTask.FromResult("key"), TimeSpan.FromMinutes(1), TimeProvider.System,
            new LogLines().Log, retries: false);
        try
        {
            await ask(client);
            return "read";
        }
        catch (MispException e)
        {
            return e.Kind.ToString();
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    /// <summary>Gives one recorded answer to every search.</summary>
    private sealed class Answer : HttpMessageHandler
    {
        private readonly byte[] _body;
        private readonly string[] _headers;

        private Answer(byte[] body, string[] headers)
        {
            (_body, _headers) = (body, headers);
            Status = int.Parse(headers[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }

        public int Status { get; }

        public bool IsSuccess => Status == 200;

        public bool IsPage => _body.AsSpan().TrimStart("\r\n \t"u8).StartsWith("<"u8);

        public static Answer Load(string request) => new(
            System.IO.File.ReadAllBytes(request.Replace(".request.", ".response.", StringComparison.Ordinal)),
            System.IO.File.ReadAllLines(request.Replace(".request.json", ".headers.txt", StringComparison.Ordinal)));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // A search is preceded by the question for the user's defaults.
            var isUser = request.RequestUri!.AbsolutePath.EndsWith("/users/view/me", StringComparison.Ordinal) && !IsUser;
            var response = new HttpResponseMessage(isUser ? HttpStatusCode.OK : (HttpStatusCode)Status)
            {
                Content = new ByteArrayContent(isUser ? "{}"u8.ToArray() : _body),
            };
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var header in isUser ? [] : _headers.Skip(1))
            {
                if (header.StartsWith("X-", StringComparison.OrdinalIgnoreCase)
                    || header.StartsWith("Location", StringComparison.OrdinalIgnoreCase))
                    response.Headers.TryAddWithoutValidation(header.Split(':', 2)[0], header.Split(':', 2)[1].Trim());
            }
            return Task.FromResult(response);
        }

        private bool IsUser => _body.AsSpan().IndexOf("\"Role\""u8) >= 0 && _body.AsSpan().IndexOf("\"UserSetting\""u8) >= 0;
    }
}
