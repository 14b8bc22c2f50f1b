namespace MispGraphSync.Sandbox;

/// <summary>Where a 429 says how long to wait. All four have been observed.</summary>
public enum RetryAfterForm
{
    /// <summary><c>Retry-After: 7</c></summary>
    Seconds,

    /// <summary><c>Retry-After: Mon, 02 Jan 2026 03:04:05 GMT</c></summary>
    Date,

    /// <summary>No header; the text of the body says "Try again in 7 seconds.".</summary>
    Body,

    None,
}
