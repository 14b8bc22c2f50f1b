namespace MispGraphSync.Http;

/// <summary>What one request has been through. Belongs to <see cref="RetryPolicy"/>.</summary>
internal sealed class RetryState
{
    /// <summary>5xx answers and broken connections.</summary>
    public int Failures { get; set; }

    /// <summary>Answers 429.</summary>
    public int Throttled { get; set; }

    /// <summary>When the first wait that a service asked for began, by the clock's timestamp.</summary>
    public long? WaitingSince { get; set; }

    /// <summary>The token has been refreshed for this request.</summary>
    public bool HasFreshToken { get; set; }

    /// <summary>The wait that was not waited out, since it was too long; null when there was none.</summary>
    public TimeSpan? ExcessiveWait { get; set; }

    /// <summary>What was waited in all; of use where <see cref="ExcessiveWait"/> is.</summary>
    public TimeSpan TotalWaited { get; set; }

    /// <summary>It was too long only for what is left of the run.</summary>
    public bool IsOverDeadline { get; set; }

    public TimeSpan NextDelay { get; set; }
}
