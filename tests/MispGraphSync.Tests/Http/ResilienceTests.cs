using System.Net;
using System.Text;
using MispGraphSync.Http;
using Xunit;
using static MispGraphSync.Tests.Http.Scripted;

namespace MispGraphSync.Tests.Http;

public class ResilienceTests
{
    private static readonly Uri Service = new("https://service.example");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_server_failure_is_tried_five_times_more(int status)
    {
        var service = new Scripted(Says(status));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)exchange.Status!);
        Assert.Equal(6, service.Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    public async Task A_plain_create_is_not_repeated_after_a_server_failure(int status)
    {
        var service = new Scripted(Says(status));

        using var exchange = await SendAsync(service, isPlainCreate: true, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
    }

    [Theory]
    [InlineData("86400", "S throttles and asks to wait 86,400 s, longer than is waited.")]
    [InlineData("400", "S has throttled for 13 minutes and asks to wait 400 s more.")]
    public async Task What_is_said_of_throttling_is_what_was_waited(string retryAfter, string sentence)
    {
        var service = new Scripted(Says(429, retryAfter: retryAfter));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(sentence, WholeFailure.Of(exchange, "S")!.Message);
    }

    [Fact]
    public async Task A_plain_create_is_not_repeated_when_the_answer_is_lost()
    {
        var service = new Scripted(Breaks(HttpRequestError.ResponseEnded));

        using var exchange = await SendAsync(service, isPlainCreate: true, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
        Assert.False(Trouble.Of(exchange.Failure!, exchange.Sent).BeforeWriting);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task Even_a_plain_create_is_repeated_when_nothing_was_written(HttpRequestError error)
    {
        var service = new Scripted(Breaks(error), Breaks(error), Says(200));

        using var exchange = await SendAsync(service, isPlainCreate: true, stop: TestContext.Current.CancellationToken);

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
    public async Task What_will_never_work_is_sent_once(int status)
    {
        var service = new Scripted(Says(status));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
    }

    [Theory]
    [InlineData("{}", "17", 17)]
    [InlineData("{}", "Fri, 02 Jan 2026 03:04:25 GMT", 19.322)]
    [InlineData("""{"statusCode":429,"message":"Rate limit is exceeded. Try again in 23 seconds."}""", null, 23)]
    [InlineData("{}", null, 1)]
    public async Task Throttling_is_waited_out_for_as_long_as_the_service_says(string body, string? retryAfter, double seconds)
    {
        var service = new Scripted(Says(429, body, retryAfter), Says(200));

        using var exchange = await SendAsync(service, isPlainCreate: true, stop: TestContext.Current.CancellationToken);

        Assert.True(exchange.IsSuccess);
        Assert.InRange((service.Times[1] - service.Times[0]).TotalSeconds, seconds - 0.001, seconds + 0.6);
    }

    [Fact]
    public async Task Throttling_costs_none_of_the_five_tries()
    {
        Func<HttpRequestMessage, HttpResponseMessage>[] answers =
            [.. Enumerable.Repeat(Says(429, retryAfter: "2"), 20), .. Enumerable.Repeat(Says(503), 5), Says(200)];

        using var exchange = await SendAsync(new Scripted(answers), stop: TestContext.Current.CancellationToken);

        Assert.True(exchange.IsSuccess);
    }

    [Fact]
    public async Task No_request_waits_longer_than_fifteen_minutes()
    {
        var service = new Scripted(Says(429, retryAfter: "600"));

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(2, service.Count);
        Assert.Equal(TimeSpan.FromSeconds(600), exchange.Retries.TooLong);
    }

    [Fact]
    public async Task A_wait_past_the_end_of_the_run_is_not_begun()
    {
        var service = new Scripted(Says(429, retryAfter: "60"));

        using var exchange = await SendAsync(service, deadline: new DateTimeOffset(2026, 1, 2, 3, 4, 30, TimeSpan.Zero), stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
        Assert.Equal(Core.Sync.ExitCode.OutOfTime, WholeFailure.Of(exchange, "Service")!.Code);
    }

    [Theory]
    [InlineData(429, false, false)]
    [InlineData(503, false, true)]
    [InlineData(429, true, false)]
    public async Task Told_to_end_it_waits_for_nothing_and_says_whether_the_request_may_have_gone_through(int status, bool isPlainCreate, bool mayHaveHappened)
    {
        using var stop = new CancellationTokenSource();
        var service = new Scripted(_ =>
        {
            stop.Cancel();
            return Answer(status, retryAfter: "600");
        });

        var stopped = await Assert.ThrowsAsync<Core.Sync.RequestStoppedException>(() => SendAsync(service, isPlainCreate, stop: stop.Token));

        Assert.Equal((1, mayHaveHappened), (service.Count, stopped.MayHaveHappened));
    }

    [Fact]
    public async Task Told_to_end_it_lets_the_attempt_under_way_finish()
    {
        using var stop = new CancellationTokenSource();
        var service = new Scripted(_ =>
        {
            stop.Cancel();
            return Answer(200);
        });

        using var exchange = await SendAsync(service, stop: stop.Token);

        Assert.True(exchange.IsSuccess);
    }

    [Fact]
    public async Task Told_to_end_while_it_waits_for_its_turn_nothing_is_sent()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var service = new Scripted(Says(200));

        var stopped = await Assert.ThrowsAsync<Core.Sync.RequestStoppedException>(() => SendAsync(service, stop: stop.Token));

        Assert.Equal((0, false), (service.Count, stopped.MayHaveHappened));
    }

    [Fact]
    public async Task A_refused_token_is_renewed_once()
    {
        var tokens = new FakeTokens();
        var service = new Scripted(Says(401), Says(401));

        using var exchange = await SendAsync(service, isPlainCreate: true, tokens: tokens, stop: TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, exchange.Status);
        Assert.Equal(["token-1", "token-2"], service.Tokens);
        Assert.Equal(1, tokens.Refreshes);
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_not_read_to_the_end()
    {
        var service = new Scripted(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Endless()) });

        using var exchange = await SendAsync(service, stop: TestContext.Current.CancellationToken);

        Assert.Equal(1, service.Count);
        Assert.IsType<HttpRequestException>(exchange.Failure);
    }

    [Fact]
    public async Task The_token_goes_to_no_other_origin()
    {
        var service = new Scripted(Says(200));

        await Assert.ThrowsAsync<InvalidOperationException>(() => SendAsync(service, uri: new Uri("https://elsewhere.example/x"), stop: TestContext.Current.CancellationToken));

        Assert.Equal(0, service.Count);
    }

    private static async Task<Exchange> SendAsync(
        Scripted service, bool isPlainCreate = false, FakeTokens? tokens = null, DateTimeOffset? deadline = null, Uri? uri = null, CancellationToken stop = default)
    {
        using var test = new TestTransport(service, deadline: deadline);
        service.Time = test.Time;
        using var pace = new Pace(60_000, test.Time);
        var handlers = ServiceHandlers.Create(test.Transport, pace, test.Transport.Rules with { Stop = stop }, tokens ?? new FakeTokens(), Service);
        using var client = new ServiceClient(ServiceHandlers.Client(handlers, test.Transport.Sockets, Service));
        var body = new PooledBuffer();
        Encoding.UTF8.GetBytes("{}", body.GetSpan(2));
        body.Advance(2);
        var exchange = new Exchange
        {
            Destination = "service",
            Operation = "submit",
            Method = HttpMethod.Post,
            Uri = uri ?? new Uri("things", UriKind.Relative),
            Body = body,
            Items = 1,
            IsPlainCreate = isPlainCreate,
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

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct = default) => ValueTask.FromResult(buffer.Length);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
