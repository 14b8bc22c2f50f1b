namespace MispGraphSync.Sandbox;

/// <summary>How a 429 tells when to come back. All four are seen in the field.</summary>
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
