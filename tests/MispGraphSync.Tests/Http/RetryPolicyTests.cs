using System.Net;
using System.Text;
using MispGraphSync.Http;
using Xunit;
using static MispGraphSync.Tests.Http.ScriptedHandler;

namespace MispGraphSync.Tests.Http;

public class RetryPolicyTests
{
    private static readonly Uri Service = new("https://service.example");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Server_error_is_retried_five_times(int status)
    {
        var service = new ScriptedHandler(Says(status));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)exchange.Status!);
        Assert.Equal(6, service.Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    public async Task Non_idempotent_create_is_not_retried_after_a_server_error(int status)
    {
        var service = new ScriptedHandler(Says(status));

        using var exchange = await SendAsync(service, isNonIdempotent: true, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
    }

    [Theory]
    [InlineData("86400", "S throttles and asks to wait 86,400 s, longer than is waited.")]
    [InlineData("400", "S has throttled for 13 minutes and asks to wait 400 s more.")]
    public async Task Throttling_message_states_the_time_waited(string retryAfter, string sentence)
    {
        var service = new ScriptedHandler(Says(429, retryAfter: retryAfter));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(sentence, ServiceUnavailable.From(exchange, "S")!.Message);
    }

    [Fact]
    public async Task Non_idempotent_create_is_not_retried_after_a_lost_response()
    {
        var service = new ScriptedHandler(Breaks(HttpRequestError.ResponseEnded));

        using var exchange = await SendAsync(service, isNonIdempotent: true, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
        Assert.False(TransportError.From(exchange.Failure!, exchange.SentUri).NothingSent);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task Non_idempotent_create_is_retried_if_nothing_was_sent(HttpRequestError error)
    {
        var service = new ScriptedHandler(Breaks(error), Breaks(error), Says(200));

        using var exchange = await SendAsync(service, isNonIdempotent: true, stop: TestContext.Current.CancellationToken);

        Assert.True(exchange.IsSuccess);
        Assert.Equal(3, service.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(501)]
    public async Task Permanent_error_is_not_retried(int status)
    {
        var service = new ScriptedHandler(Says(status));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
    }

    [Theory]
    [InlineData("{}", "17", 17)]
    [InlineData("{}", "Fri, 02 Jan 2026 03:04:25 GMT", 19.322)]
    [InlineData("""{"statusCode":429,"message":"Rate limit is exceeded. Try again in 23 seconds."}""", null, 23)]
    [InlineData("{}", null, 1)]
    public async Task Throttled_request_waits_as_long_as_the_service_asks(string body, string? retryAfter, double seconds)
    {
        var service = new ScriptedHandler(Says(429, body, retryAfter), Says(200));

        using var exchange = await SendAsync(service, isNonIdempotent: true, stop: TestContext.Current.CancellationToken);

        Assert.True(exchange.IsSuccess);
        Assert.InRange((service.Times[1] - service.Times[0]).TotalSeconds, seconds - 0.001, seconds + 0.6);
    }

    [Fact]
    public async Task Throttling_does_not_count_as_a_retry()
    {
        Func<HttpRequestMessage, HttpResponseMessage>[] answers =
            [.. Enumerable.Repeat(Says(429, retryAfter: "2"), 20), .. Enumerable.Repeat(Says(503), 5), Says(200)];

        using var exchange = await SendAsync(new ScriptedHandler(answers), stop: TestContext.Current.CancellationToken);

        Assert.True(exchange.IsSuccess);
    }

    [Fact]
    public async Task Request_waits_at_most_fifteen_minutes()
    {
        var service = new ScriptedHandler(Says(429, retryAfter: "600"));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(2, service.Count);
        Assert.Equal(TimeSpan.FromSeconds(600), exchange.Retries.ExcessiveWait);
    }

    [Fact]
    public async Task Wait_past_the_deadline_is_not_started()
    {
        var service = new ScriptedHandler(Says(429, retryAfter: "60"));

        using var exchange = await SendAsync(
            service, deadline: new DateTimeOffset(2026, 1, 2, 3, 4, 30, TimeSpan.Zero), stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
        Assert.Equal(MispGraphSync.Core.Ports.RunOutcome.OutOfTime, ServiceUnavailable.From(exchange, "Service")!.Outcome);
    }

    [Theory]
    [InlineData(429, false, false)]
    [InlineData(503, false, true)]
    [InlineData(429, true, false)]
    public async Task Stop_ends_waits_and_reports_whether_the_request_may_have_been_processed(
        int status, bool isNonIdempotent, bool mayHaveHappened)
    {
        using var stop = new CancellationTokenSource();
        var service = new ScriptedHandler(_ =>
        {
            stop.Cancel();
            return Answer(status, retryAfter: "600");
        });

        var stopped = await Assert.ThrowsAsync<MispGraphSync.Core.Ports.RequestNotSentException>(
            () => SendAsync(service, isNonIdempotent, stop: stop.Token));

        Assert.Equal((1, mayHaveHappened), (service.Count, stopped.MayHaveHappened));
    }

    [Fact]
    public async Task Stop_lets_the_attempt_in_flight_finish()
    {
        using var stop = new CancellationTokenSource();
        var service = new ScriptedHandler(_ =>
        {
            stop.Cancel();
            return Answer(200);
        });

        using var exchange = await SendAsync(service, stop: stop.Token);

        Assert.True(exchange.IsSuccess);
    }

    [Fact]
    public async Task Stop_during_rate_limit_wait_sends_nothing()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var service = new ScriptedHandler(Says(200));

        var stopped = await Assert.ThrowsAsync<MispGraphSync.Core.Ports.RequestNotSentException>(
            () => SendAsync(service, stop: stop.Token));

        Assert.Equal((0, false), (service.Count, stopped.MayHaveHappened));
    }

    [Fact]
    public async Task Refused_token_is_renewed_once()
    {
        var tokens = new FakeTokens();
        var service = new ScriptedHandler(Says(401), Says(401));

        using var exchange = await SendAsync(service, isNonIdempotent: true, tokens: tokens, stop: TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, exchange.Status);
        Assert.Equal(["token-1", "token-2"], service.Tokens);
        Assert.Equal(1, tokens.Refreshes);
    }

    [Fact]
    public async Task Endless_response_is_cut_off_at_the_limit()
    {
        var service = new ScriptedHandler(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Endless()) });

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
        Assert.IsType<HttpRequestException>(exchange.Failure);
    }

    [Fact]
    public async Task Token_is_never_sent_to_another_origin()
    {
        var service = new ScriptedHandler(Says(200));

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => SendAsync(service, uri: new Uri("https://elsewhere.example/x"), stop: TestContext.Current.CancellationToken));

        Assert.Equal(0, service.Count);
    }

    private static async Task<ApiCall> SendAsync(
        ScriptedHandler service, bool isNonIdempotent = false, FakeTokens? tokens = null, DateTimeOffset? deadline = null, Uri? uri = null,
            CancellationToken stop = default)
    {
        using var test = new TestTransport(service, deadline: deadline);
        service.Time = test.Time;
        using var client = new ServiceClient(
            Service, 60_000, test.Transport, tokens ?? new FakeTokens(), test.Transport.RetryOptions with { Stop = stop });
        var body = new PooledBuffer();
        Encoding.UTF8.GetBytes("{}", body.GetSpan(2));
        body.Advance(2);
        var exchange = new ApiCall
        {
            Destination = "service",
            Operation = "submit",
            Method = HttpMethod.Post,
            Uri = uri ?? new Uri("things", UriKind.Relative),
            Body = body,
            Items = 1,
            IsNonIdempotent = isNonIdempotent,
        };
        await test.PassAsync(client.SendAsync(exchange, Ct));
        return exchange;
    }

    private sealed class Endless : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => count;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) =>
            ValueTask.FromResult(buffer.Length);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
