using System.Net;
using System.Text;

namespace MispGraphSync.Tests.Http;

/// <summary>A service that answers from a list, and repeats the last answer when the list is at its end.</summary>
internal sealed class ScriptedHandler(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler
{
    private int _count;

    public int Count => _count;

    /// <summary>The clock's time of each request.</summary>
    public List<DateTimeOffset> Times { get; } = [];

    public List<string?> Tokens { get; } = [];

    public TimeProvider? Time { get; set; }

    public static HttpResponseMessage Answer(int status, string body = "{}", string? retryAfter = null)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json")
        };
        if (retryAfter is not null) answer.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        return answer;
    }

    public static Func<HttpRequestMessage, HttpResponseMessage> Says(int status, string body = "{}", string? retryAfter = null) =>
        _ => Answer(status, body, retryAfter);

    public static Func<HttpRequestMessage, HttpResponseMessage> Breaks(HttpRequestError error) =>
        _ => throw new HttpRequestException(error, error.ToString());

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        Times.Add(Time?.GetUtcNow() ?? default);
        Tokens.Add(request.Headers.Authorization?.Parameter);
        var answer = answers[Math.Min(_count++, answers.Length - 1)](request);
        return Task.FromResult(answer);
    }
}
