namespace MispGraphSync.Doctor;

/// <summary>How far a plain request to a host came.</summary>
internal enum ProbeOutcome
{
    /// <summary>It answered; with what is of no matter.</summary>
    Answered,

    /// <summary>Its name could not be resolved.</summary>
    NameNotResolved,

    /// <summary>The proxy could not be reached, or opened no way.</summary>
    ProxyFailed,

    /// <summary>No connection came about, or it gave no answer.</summary>
    ConnectionFailed,

    /// <summary>Its certificate was not accepted, or there was no TLS at all.</summary>
    TlsFailed,
}

/// <summary>What one plain request to a host found out.</summary>
/// <param name="Proxy">The proxy that it went through; null: straight.</param>
/// <param name="Error">The failure in words; null after an answer.</param>
/// <param name="Certificate">What was wrong with the certificate; null when nothing was, or none was seen.</param>
/// <param name="ClockAhead">By how much the host's clock is ahead of ours; null where it did not tell.</param>
internal sealed record ProbeResult(Endpoint Endpoint, Uri? Proxy, ProbeOutcome Outcome, string? Error, CertificateProblem? Certificate, TimeSpan? ClockAhead)
{
    public bool IsReachable => Outcome == ProbeOutcome.Answered;
}
