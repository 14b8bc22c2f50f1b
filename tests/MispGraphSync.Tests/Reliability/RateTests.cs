using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Http;
using MispGraphSync.Sandbox;
using MispGraphSync.Tests.Http;
using Serilog.Core;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// Throttling: the real rate limiter and pipeline use the documented rate of a service without a 429,
/// against the strictest possible services, and all requests wait as long as a service asks.
/// </summary>
public sealed class RateTests
{
    private const int Senders = 4;

    private static readonly Uri Service = new("https://service.example/");

    [Theory]
    [InlineData(1000, 4000, 120)]
    [InlineData(100, 3000, 300)]
    [InlineData(30, 1000, 800)]
    public async Task Rate_limiter_uses_97_percent_of_the_documented_rate_without_a_429(int perMinute, int requests, int milliseconds)
    {
        var time = new FakeTimeProvider();
        using var service = new StrictService(time, perMinute, TimeSpan.FromMilliseconds(milliseconds));
        using var client = Client(service, time, perMinute, out var log);
        var left = requests;
        var senders = Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0) await SendAsync(client);
        })).ToList();

        // Time advances when all senders wait for a permit or for the service.
        while (senders.Exists(sender => !sender.IsCompleted) && service.Refused == 0)
        {
            if (client.Limiter.Waiting + service.InFlight >= senders.Count(sender => !sender.IsCompleted)) time.Advance(
                TimeSpan.FromMilliseconds(5));
            else await Task.Yield();
        }

        var rate = (service.Arrivals.Count - 1) / (service.Arrivals.Max() - service.Arrivals.Min()).TotalMinutes;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{service.Arrivals.Count} requests at {rate:0.0} a minute: {100 * rate / perMinute:0.0} % of {perMinute}, "
            + $"{service.Refused} refused");
        Assert.Equal(0, service.Refused);
        await Task.WhenAll(senders);
        Assert.InRange(rate, 0.97 * perMinute, perMinute);
        Directory.Delete(log, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Storms_of_429_pause_all_requests_and_everything_is_sent(int seed)
    {
        var time = new CountingTime(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        using var service = new StormyService(time, new Random(seed));
        using var client = Client(service, time, 600, out var log);
        var (left, running) = (60, Senders);
        var senders = Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                Assert.True(await SendAsync(client));
            Interlocked.Decrement(ref running);
        })));

        while (!senders.IsCompleted)
        {
            // Time passes only while every sender waits, for a permit or before it tries again. Otherwise a thread that gets no
            // processor would begin its request minutes after its permit. Only the advance of time ends a wait.
            if (time.Delays + client.Limiter.Waiting == Volatile.Read(ref running))
                time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        await senders;
        Assert.Equal(60, service.Taken);
        Assert.True(service.Refused > 5, $"only {service.Refused} were refused");
        Assert.Equal(0, service.InsideAWait);
        Directory.Delete(log, recursive: true);
    }

    /// <summary>In real time, as long as asked: <c>MISP_GRAPH_RATE_SECONDS=180</c>.</summary>
    [Fact]
    public async Task Sentinel_rate_limiter_uses_97_percent_in_real_time_without_a_429()
    {
        var asked = Environment.GetEnvironmentVariable("MISP_GRAPH_RATE_SECONDS");
        Assert.SkipUnless(int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds),
            "Runs when MISP_GRAPH_RATE_SECONDS says for how long.");
        await using var run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");
        run.Change(settings => settings["destinations"]![0]!.AsObject().Remove("requestsPerMinute"));
        run.Sandbox.SentinelState.RequestsPerMinute = 100;
        for (var i = 0; i < seconds * 100 / 60; i++) run.Sandbox.MispState.AddEvent(SomeMisp.Event(i, domains: 100));
        using var process = ToolProcess.Start(run.Folder, "push", "--json");

        var push = await process.EndAsync();

        var times = run.Sandbox.RequestsTo(MispGraphSync.Sandbox.Service.Sentinel).Select(request => request.Time).ToList();
        var rate = (times.Count - 1) / (times[^1] - times[0]).TotalMinutes;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{times.Count} requests in {(times[^1] - times[0]).TotalSeconds:0} s: {rate:0.0} a minute");
        Assert.Equal((0, 0), (push.Code, push.Destination().GetProperty("throttled").GetInt32()));
        Assert.InRange(rate, 97, 100);
    }

    private static ServiceClient Client(HttpMessageHandler service, TimeProvider time, int perMinute, out string log)
    {
        log = Directory.CreateTempSubdirectory("misp-graph-rate-").FullName;
        var transport = new Transport
        {
            Time = time,
            Sockets = service,
            Log = new RequestLog(new LogSettings { Directory = log, Requests = RequestLogging.None }, run: 1, time),
            AppLog = Logger.None,
            ResolveSecret = (_, _) => ValueTask.FromResult("unused"),
            // The timer of a time limit would count as a wait.
            RetryOptions = new RetryOptions { Jitter = () => 0, AttemptTimeout = Timeout.InfiniteTimeSpan },
        };
        return new ServiceClient(Service, perMinute, transport, new FakeTokens());
    }

    private static async Task<bool> SendAsync(ServiceClient client)
    {
        using var exchange = new ApiCall
        {
            Destination = "service",
            Operation = "submit",
            Method = HttpMethod.Post,
            Uri = new Uri("things", UriKind.Relative)
        };
        await client.SendAsync(exchange, TestContext.Current.CancellationToken);
        return exchange.IsSuccess;
    }

    /// <summary>Counts the waits that are not over.</summary>
    private sealed class CountingTime(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private int _delays;

        public int Delays => Volatile.Read(ref _delays);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            // The rate limiter's own timer is set later.
            if (dueTime == Timeout.InfiniteTimeSpan) return base.CreateTimer(callback, state, dueTime, period);
            var isOver = 0;
            Interlocked.Increment(ref _delays);
            return new Counted(
                base.CreateTimer(
                    s =>
                    {
                        End();
                        callback(s);
                    },
                    state, dueTime, period),
                End);

            void End()
            {
                if (Interlocked.Exchange(ref isOver, 1) == 0) Interlocked.Decrement(ref _delays);
            }
        }

        private sealed class Counted(ITimer timer, Action ended) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                ended();
                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                ended();
                return timer.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// Counts what arrived in the minute before each request, whenever that minute began, and also in each minute of the
    /// clock; and requests take their time on the way, a different one each.
    /// </summary>
    private sealed class StrictService(FakeTimeProvider time, int perMinute, TimeSpan latency) : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private readonly Random _network = new(1);
        private readonly Queue<DateTimeOffset> _minute = [];
        private readonly Dictionary<long, int> _byClock = [];
        private int _inFlight;

        public List<DateTimeOffset> Arrivals { get; } = [];

        public int Refused { get; private set; }

        public int InFlight => Volatile.Read(ref _inFlight);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            await WaitAsync(TimeSpan.FromMilliseconds(NextJitter()));
            var isRefused = Refuses();
            await WaitAsync(latency);
            return ScriptedHandler.Answer(isRefused ? 429 : 200);
        }

        private async Task WaitAsync(TimeSpan wait)
        {
            // Counted last, since time may advance from then on and the end of the wait has to decrement the count immediately.
            var over = Task.Delay(wait, time)
                .ContinueWith(_ => Interlocked.Decrement(ref _inFlight), TaskContinuationOptions.ExecuteSynchronously);
            Interlocked.Increment(ref _inFlight);
            await over;
        }

        private int NextJitter()
        {
            lock (_gate) return _network.Next(1, 50);
        }

        private bool Refuses()
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                while (_minute.TryPeek(out var oldest) && now - oldest >= TimeSpan.FromMinutes(1)) _minute.Dequeue();
                var minute = now.ToUnixTimeSeconds() / 60;
                _byClock[minute] = _byClock.GetValueOrDefault(minute) + 1;
                _minute.Enqueue(now);
                Arrivals.Add(now);
                if (_minute.Count <= perMinute && _byClock[minute] <= perMinute) return false;
                Refused++;
                return true;
            }
        }
    }

    /// <summary>Throttles at intervals, and states the wait in each possible form, or not at all.</summary>
    private sealed class StormyService(FakeTimeProvider time, Random random) : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private DateTimeOffset _stormUntil;
        private (DateTimeOffset From, DateTimeOffset To) _wait;
        private int _calm = 3;

        public int Taken { get; private set; }

        public int Refused { get; private set; }

        /// <summary>Requests that were begun after the service had said to wait, and before the wait was over.</summary>
        public int InsideAWait { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            lock (_gate)
            {
                if (time.GetUtcNow() > _wait.From && time.GetUtcNow() < _wait.To) InsideAWait++;
            }

            // Other requests may overtake it, as on a network.
            await Task.Yield();
            lock (_gate) return Answer(time.GetUtcNow());
        }

        private HttpResponseMessage Answer(DateTimeOffset now)
        {
            if (now >= _stormUntil && _calm-- <= 0)
            {
                _stormUntil = now + TimeSpan.FromSeconds(random.Next(1, 90));
                _calm = random.Next(1, 12);
            }

            if (now >= _stormUntil)
            {
                Taken++;
                return ScriptedHandler.Answer(200);
            }

            Refused++;
            var seconds = random.Next(1, 30);
            var answer = random.Next(4) switch
            {
                0 => ScriptedHandler.Answer(429, retryAfter: $"{seconds}"),
                // A date has whole seconds only: one more, so that it is never less than meant.
                1 => ScriptedHandler.Answer(
                    429, retryAfter: (now + TimeSpan.FromSeconds(seconds + 1)).ToString("R", CultureInfo.InvariantCulture)),
                2 => ScriptedHandler.Answer(429, $$"""{"message":"Rate limit is exceeded. Try again in {{seconds}} seconds."}"""),
                _ => null,
            };
            if (answer is null) return ScriptedHandler.Answer(429);
            if (_wait.To < now + TimeSpan.FromSeconds(seconds)) _wait = (now, now + TimeSpan.FromSeconds(seconds));
            return answer;
        }
    }
}
