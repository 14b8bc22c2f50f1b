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

    public RetryOptions RetryOptions { get; init; } = new();
}
