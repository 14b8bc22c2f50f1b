namespace MispGraphSync.Http;

/// <summary>What differs between destinations and runs.</summary>
internal sealed record RetryOptions
{
    /// <summary>For one attempt, from its first byte to the last of the answer; without signing in.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The wait after a 429 that names none; null: backoff. Sentinel: 60 s.</summary>
    public TimeSpan? DefaultThrottleWait { get; init; }

    public TimeSpan MinWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>When the run has to end; null: it need not.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Repeats after 5xx and broken connections.</summary>
    public int MaxRetries { get; init; } = RetryPolicy.MaxRetries;

    /// <summary>The most one request waits because it was told to.</summary>
    public TimeSpan MaxWait { get; init; } = RetryPolicy.MaxWait;

    /// <summary>Told of each pause that holds for all of a destination's requests.</summary>
    public Action<string, DateTimeOffset>? OnPause { get; init; }

    /// <summary>Ends waits and keeps attempts from starting; the attempt under way goes on.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>0–1.</summary>
    public Func<double> Jitter { get; init; } = static () => 0;
}
