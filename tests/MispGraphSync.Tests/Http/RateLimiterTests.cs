using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Http;

public class RateLimiterTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Requests_start_one_by_one_at_an_even_rate()
    {
        using var limiter = new RateLimiter(100, _time);

        var starts = Starts(limiter, count: 20, step: TimeSpan.FromMilliseconds(1));

        Assert.All(Gaps(starts), gap => Assert.InRange(gap.TotalMilliseconds, 600, 620));
    }

    [Fact]
    public void Idle_time_does_not_allow_a_burst()
    {
        using var limiter = new RateLimiter(60, _time);
        limiter.TryTake();
        _time.Advance(TimeSpan.FromHours(1));

        var starts = Starts(limiter, count: 5, step: TimeSpan.FromMilliseconds(10));

        // One late turn may be made up, by at most half a second.
        Assert.All(Gaps(starts), gap => Assert.InRange(gap.TotalMilliseconds, 500, 1040));
        Assert.All(Gaps(starts).Skip(1), gap => Assert.InRange(gap.TotalMilliseconds, 1000, 1040));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Late_timers_keep_the_rate_and_no_minute_exceeds_the_limit(int perMinute)
    {
        using var limiter = new RateLimiter(perMinute, _time);

        // The clock moves in steps of 15 ms: every timer is late.
        var starts = Starts(limiter, count: perMinute * 2, step: TimeSpan.FromMilliseconds(15));

        Assert.True(starts.Count - 1 >= 0.97 * perMinute * (starts[^1] - starts[0]).TotalMinutes);
        Assert.All(starts, from => Assert.True(starts.Count(s => s >= from && s < from + TimeSpan.FromMinutes(1)) <= perMinute));
    }

    [Fact]
    public void Slightly_late_callers_still_get_the_full_rate()
    {
        using var limiter = new RateLimiter(600, _time);
        var start = _time.GetUtcNow();
        var granted = 0;

        // Nobody waits in line: a caller comes every 7 ms and goes away again when it is not yet time.
        while (_time.GetUtcNow() - start < TimeSpan.FromMinutes(1))
        {
            if (limiter.TryTake()) granted++;
            _time.Advance(TimeSpan.FromMilliseconds(7));
        }

        Assert.InRange(granted, 582, 600);
    }

    [Fact]
    public void Pause_blocks_all_requests_and_the_rate_resumes_afterwards()
    {
        using var limiter = new RateLimiter(60, _time);
        limiter.TryTake();
        var until = _time.GetUtcNow() + TimeSpan.FromSeconds(30);

        var starts = Starts(limiter, count: 5, step: TimeSpan.FromMilliseconds(20), meanwhile: () => limiter.PauseUntil(until));

        Assert.True(starts[0] >= until);
        Assert.All(Gaps(starts), gap => Assert.InRange(gap.TotalMilliseconds, 1000, 1060));
    }

    [Fact]
    public void Shorter_pause_does_not_shorten_a_longer_one()
    {
        using var limiter = new RateLimiter(600, _time);
        limiter.PauseUntil(_time.GetUtcNow() + TimeSpan.FromSeconds(60));
        limiter.PauseUntil(_time.GetUtcNow() + TimeSpan.FromSeconds(5));

        var starts = Starts(limiter, count: 1, step: TimeSpan.FromSeconds(1));

        Assert.Equal(60, (starts[0] - _time.Start).TotalSeconds);
    }

    [Fact]
    public async Task Cancelled_caller_consumes_no_permit()
    {
        using var limiter = new RateLimiter(60, _time);
        using var cancelled = new CancellationTokenSource();
        limiter.TryTake();
        var first = limiter.WaitAsync(cancelled.Token).AsTask();
        await cancelled.CancelAsync();

        var starts = Starts(limiter, count: 1, step: TimeSpan.FromMilliseconds(10));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.InRange((starts[0] - _time.Start).TotalSeconds, 1.0, 1.04);
    }

    [Fact]
    public async Task Dispose_releases_all_waiting_callers()
    {
        var limiter = new RateLimiter(60, _time);
        limiter.TryTake();
        var waiting = limiter.WaitAsync(TestContext.Current.CancellationToken).AsTask();

        limiter.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    /// <summary>When each of so many waiting requests got its permit.</summary>
    private List<DateTimeOffset> Starts(RateLimiter limiter, int count, TimeSpan step, Action? meanwhile = null)
    {
        var before = limiter.Granted;
        for (var i = 0; i < count; i++) _ = limiter.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        meanwhile?.Invoke();
        var starts = new List<DateTimeOffset>();
        while (true)
        {
            while (starts.Count < limiter.Granted - before) starts.Add(_time.GetUtcNow());
            if (starts.Count >= count) return starts;
            _time.Advance(step);
        }
    }

    private static IEnumerable<TimeSpan> Gaps(IReadOnlyList<DateTimeOffset> starts) => starts.Zip(starts.Skip(1), (a, b) => b - a);
}
