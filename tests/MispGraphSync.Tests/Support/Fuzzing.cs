using System.Globalization;
using System.Net;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>
/// How long to look for bad input: the same few each time, new ones for <c>MISP_GRAPH_FUZZ_SECONDS</c>, or that of
/// <c>MISP_GRAPH_FUZZ_SEED</c>.
/// </summary>
internal static class Fuzzing
{
    /// <summary>No answer, file or line takes this long, even on a busy machine.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static int? Seconds { get; } = Number("MISP_GRAPH_FUZZ_SECONDS");

    /// <summary>Seeds: the first so many, or random ones until the time is over.</summary>
    public static IEnumerable<int> Seeds(int usual)
    {
        if (Number("MISP_GRAPH_FUZZ_SEED") is { } seed) return [seed];
        if (Seconds is not { } seconds) return Enumerable.Range(1, usual);
        return Explore(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Runs it for each seed. A failure names the seed that repeats it.</summary>
    public static async Task EachAsync(int usual, Func<int, Random, Task> run)
    {
        var count = 0;
        foreach (var seed in Seeds(usual))
        {
            try
            {
                await Task.Run(() => run(seed, new Random(seed))).WaitAsync(Limit);
            }
            catch (Exception failed)
            {
                Assert.Fail($"MISP_GRAPH_FUZZ_SEED={seed}: {failed}");
            }

            count++;
        }

        Print(count);
    }

    /// <summary>The number of inputs, in a long run only.</summary>
    public static void Print(int inputs)
    {
        if (Seconds is not null) TestContext.Current.TestOutputHelper?.WriteLine($"{inputs:N0} inputs");
    }

    /// <summary>What a person reads: one line or a few, without control characters, and not endless.</summary>
    public static void AssertReadable(string text)
    {
        Assert.DoesNotContain(text, c => char.IsControl(c) && c is not '\n');
        Assert.InRange(text.Length, 1, 10_000);
    }

    /// <summary>The same status mostly, else any other.</summary>
    public static int StatusOr(this Random random, int usual) => random.Next(5) > 0 ? usual : Statuses[random.Next(Statuses.Length)];

    /// <summary>A response as a service sends it, with headers that may be damaged.</summary>
    public static HttpResponseMessage Response(Random random, int status, byte[] body)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", random.Next(5) > 0 ? "application/json" : "text/plain; charset=x");
        if (random.Next(6) == 0) response.Headers.TryAddWithoutValidation("Retry-After", Waits[random.Next(Waits.Length)]);
        if (random.Next(6) == 0) response.Headers.TryAddWithoutValidation("X-Rate-Limit-Reset", Waits[random.Next(Waits.Length)]);
        return response;
    }

    /// <summary>No attempt is repeated where that takes a wait.</summary>
    public static RetryOptions NoRetries { get; } = new() { MaxRetries = 0, MaxWait = TimeSpan.Zero, Jitter = () => 0 };

    private static readonly int[] Statuses =
    [
        200, 201, 202, 204, 206, 207, 226, 301, 302, 304, 400, 401, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 415, 418, 422,
        429, 451, 499, 500, 501, 502, 503, 504, 507, 509, 599,
    ];

    private static readonly string[] Waits =
    [
        "0", "1", "-1", "30", "2147483647", "2147483648", "99999999999999999999", "soon", "", "\u0663", "1.5", "0x10",
        "Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
    ];

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static IEnumerable<int> Explore(TimeSpan time)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < time) yield return Random.Shared.Next();
    }
}

/// <summary>A service whose answers are made one by one, without a network.</summary>
internal sealed class AnsweringHandler(Func<HttpRequestMessage, string, HttpResponseMessage> answer) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var body = request.Content is { } content ? await content.ReadAsStringAsync(ct) : "";
        var response = answer(request, body);
        response.RequestMessage = request;
        return response;
    }
}

/// <summary>A transport for many short tests: no sockets, no files, no waits.</summary>
internal static class FuzzTransport
{
    public static Transport Of(HttpMessageHandler service)
    {
        var time = new VirtualTime();
        return new Transport
        {
            Time = time,
            Sockets = service,
            Log = new RequestLog(new LogSettings { Requests = RequestLogging.None }, run: 1, time),
            AppLog = Serilog.Core.Logger.None,
            ResolveSecret = (secret, ct) => secret.ResolveAsync(ct),
            RetryOptions = Fuzzing.NoRetries,
        };
    }
}
