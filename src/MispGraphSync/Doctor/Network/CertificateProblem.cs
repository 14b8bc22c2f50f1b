using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MispGraphSync.Doctor.Network;

/// <summary>Why a certificate was not accepted, and who vouches for it.</summary>
/// <param name="Subject">Whose it is.</param>
/// <param name="Chain">Who issued it, and who that, up to the last one that is known.</param>
/// <param name="Names">The names that it is for.</param>
internal sealed record CertificateProblem(string Subject, IReadOnlyList<string> Chain, IReadOnlyList<string> Names, bool IsForAnotherName, bool IsOutOfDate, DateTime NotAfter)
{
    /// <summary>Null where no certificate was shown.</summary>
    public static CertificateProblem? Of(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return null;
        var issuers = chain?.ChainElements.Select(element => element.Certificate.Issuer).ToList() ?? [];
        var status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        return new CertificateProblem(
            certificate.Subject,
            [.. issuers.DefaultIfEmpty(certificate.Issuer).Distinct(StringComparer.Ordinal)],
            [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(one => one.ToString())))],
            errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch),
            status.HasFlag(X509ChainStatusFlags.NotTimeValid),
            certificate.NotAfter.ToUniversalTime());
    }
}
