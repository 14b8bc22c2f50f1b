using MispGraphSync.Http.SignIn;
using MispGraphSync.Text;
using Serilog;

namespace MispGraphSync.Http;

/// <summary>What the destinations of one run share on their way out. Made, and disposed of, by the composition root.</summary>
internal sealed record Transport
{
    public required TimeProvider Time { get; init; }

    /// <summary>Innermost handler of every client; not disposed by them.</summary>
    public required HttpMessageHandler Sockets { get; init; }

    public required RequestLog Log { get; init; }

    public Secrets Secrets => Log.Secrets;

    /// <summary>The application log.</summary>
    public required ILogger AppLog { get; init; }

    /// <summary>Judges of our clock, where something will be changed; else null.</summary>
    public ClockGuard? Clocks { get; init; }

    public required Func<SecretReference, CancellationToken, ValueTask<string>> ResolveSecret { get; init; }

    /// <summary>No wait goes beyond it; null: the run may take as long as it takes.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Repeats after 5xx and broken connections; at least 1.</summary>
    public int MaxRetries { get; init; } = RetryPolicy.MaxRetries;

    /// <summary>The most one request waits because it was told to.</summary>
    public TimeSpan MaxWait { get; init; } = RetryPolicy.MaxWait;

    /// <summary>Told when a service asks for patience: the destination, and until when nothing is sent there.</summary>
    public Action<string, DateTimeOffset>? OnPause { get; init; }

    /// <summary>The run was told to end: what waits gives up, what is under way goes on.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>0–1.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    public RetryOptions RetryOptions => new()
    {
        Deadline = Deadline,
        MaxRetries = MaxRetries,
        MaxWait = MaxWait,
        OnPause = OnPause,
        Stop = Stop,
        Jitter = Jitter,
    };
}
