using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WireMock.Types;
using WireMock.Util;

namespace MispGraphSync.Tests.Destinations;

/// <summary>A service on loopback: answers from a script while there is one, else as <see cref="Answer"/> says.</summary>
internal abstract class ServiceDouble : IDisposable
{
    private readonly WireMockServer _server = WireMockServer.Start();
    private readonly Queue<ResponseMessage> _script = [];
    private readonly Lock _lock = new();

    protected ServiceDouble() =>
        _server.Given(Request.Create().UsingAnyMethod()).RespondWith(Response.Create().WithCallback(Take));

    public Uri Endpoint => new(_server.Urls[0]);

    /// <summary>Every request, in order of arrival: path, token, body.</summary>
    public List<(string Path, string Token, string? Body)> Requests { get; } = [];

    /// <summary>Of the same requests: <c>?</c> and what follows it; empty for none.</summary>
    public List<string> Queries { get; } = [];

    /// <summary>Refuse the item at this place of the next batch.</summary>
    public int? Refuse { get; set; }

    /// <summary>How many indicators it holds.</summary>
    public abstract int Held { get; }

    /// <summary>The next request gets this answer, and does nothing.</summary>
    public void Script(int status, string body = "{}", string? retryAfter = null)
    {
        var answer = Json(status, body);
        if (retryAfter is not null) answer.AddHeader("Retry-After", retryAfter);
        _script.Enqueue(answer);
    }

    public void Dispose() => _server.Dispose();

    protected static ResponseMessage Json(int status, string body)
    {
        var content = new BodyData { DetectedBodyType = BodyType.String, BodyAsString = body };
        var answer = new ResponseMessage { StatusCode = status, BodyData = content };
        answer.AddHeader("Content-Type", "application/json");
        return answer;
    }

    protected abstract ResponseMessage Answer(string method, string path, string? body);

    private ResponseMessage Take(IRequestMessage request)
    {
        lock (_lock)
        {
            var token = request.Headers is { } headers && headers.TryGetValue("Authorization", out var value) ? value.ToString() : "";
            Requests.Add((request.Path, token, request.Body));
            Queries.Add(Uri.UnescapeDataString(new Uri(request.Url).Query));
            return _script.TryDequeue(out var answer) ? answer : Answer(request.Method, request.Path, request.Body);
        }
    }
}
