namespace MispGraphSync.Doctor.Network;

/// <summary>How far a plain request to a host came.</summary>
internal enum Reached
{
    /// <summary>It answered; with what is of no matter.</summary>
    Answer,

    /// <summary>Its name could not be resolved.</summary>
    NotTheName,

    /// <summary>The proxy could not be reached, or opened no way.</summary>
    NotTheProxy,

    /// <summary>No connection came about, or it gave no answer.</summary>
    NotTheHost,

    /// <summary>Its certificate was not accepted, or there was no TLS at all.</summary>
    NotItsCertificate,
}

/// <summary>What one plain request to a host found out.</summary>
/// <param name="Proxy">The proxy that it went through; null: straight.</param>
/// <param name="Why">The failure in words; null after an answer.</param>
/// <param name="Certificate">What was wrong with the certificate; null when nothing was, or none was seen.</param>
/// <param name="Ahead">By how much the host's clock is ahead of ours; null where it did not tell.</param>
internal sealed record HostReport(NamedHost Host, Uri? Proxy, Reached Reached, string? Why, CertificateFault? Certificate, TimeSpan? Ahead)
{
    public bool IsWell => Reached == Reached.Answer;
}
