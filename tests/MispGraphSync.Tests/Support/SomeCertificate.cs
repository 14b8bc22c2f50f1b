using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MispGraphSync.Tests;

/// <summary>Certificates with their keys, made by the test.</summary>
internal static class SomeCertificate
{
    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    public static X509Certificate2 Rsa(TimeSpan? from = null, TimeSpan? to = null)
    {
        using var key = RSA.Create(2048);
        return new CertificateRequest("CN=misp-graph test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(
                DateTimeOffset.UtcNow + (from ?? TimeSpan.FromDays(-1)), DateTimeOffset.UtcNow + (to ?? TimeSpan.FromDays(1)));
    }

    public static X509Certificate2 Ecdsa()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=misp-graph test", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Certificate and key in one text, as <c>cat cert.pem key.pem</c> makes it.</summary>
    public static string Pem(X509Certificate2 certificate, string? password = null) =>
        $"{certificate.ExportCertificatePem()}\n{KeyPem(certificate, password)}\n";

    public static byte[] Pfx(X509Certificate2 certificate, string? password) => certificate.Export(X509ContentType.Pfx, password);

    private static string KeyPem(X509Certificate2 certificate, string? password)
    {
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)certificate.GetRSAPrivateKey() ?? certificate.GetECDsaPrivateKey()!;
        return password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, Encryption);
    }
}
