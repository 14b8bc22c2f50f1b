using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MispGraphSync.Doctor;

/// <summary>Why a certificate was not accepted, and who issued it.</summary>
/// <param name="Issuers">Who issued it, and who that, up to the last one that is known.</param>
/// <param name="NamesOrSubject">The first names that it is for; its subject where it has none.</param>
internal sealed record CertificateProblem(
    string Subject, string Issuers, string NamesOrSubject, bool IsForAnotherName, bool IsExpired, DateTime NotAfter)
{
    /// <summary>Null where no certificate was shown.</summary>
    public static CertificateProblem? Of(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return null;
        var issuers = chain?.ChainElements.Select(element => element.Certificate.Issuer) ?? [];
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(one => one.EnumerateDnsNames().Concat(one.EnumerateIPAddresses().Select(address => address.ToString()))).Take(8);
        return new CertificateProblem(
            certificate.Subject,
            string.Join(", issued by ", issuers.DefaultIfEmpty(certificate.Issuer).Distinct(StringComparer.Ordinal)),
            string.Join(", ", names.DefaultIfEmpty(certificate.Subject)),
            errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch),
            chain?.ChainStatus.Any(one => one.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true,
            certificate.NotAfter.ToUniversalTime());
    }
}
