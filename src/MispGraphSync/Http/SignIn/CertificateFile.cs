using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MispGraphSync.Http.SignIn;

/// <summary>Loads the certificate that an application signs in with: a PEM file with its key, encrypted or not, or a PFX file.</summary>
internal static class CertificateFile
{
    /// <summary>What loading a PFX with a wrong password fails with, on every system (ERROR_INVALID_PASSWORD).</summary>
    private const int WrongPassword = unchecked((int)0x80070056);

    /// <param name="password">Null: none is given.</param>
    /// <param name="now">The certificate must be valid then.</param>
    /// <exception cref="RunFailedException">InvalidInput: it cannot be read or signed with. SignInFailed: it has expired.</exception>
    public static async Task<X509Certificate2> LoadAsync(string path, string? password, DateTimeOffset now, CancellationToken ct)
    {
        var certificate = Load(path, await Credentials.ReadFileAsync(path, ct).ConfigureAwait(false), password);
        if (FaultOf(certificate, path, now) is not { } fault) return certificate;
        certificate.Dispose();
        throw fault;
    }

    private static X509Certificate2 Load(string path, byte[] bytes, string? password)
    {
        var text = Encoding.ASCII.GetString(bytes);
        try
        {
            return Has(text, "-----BEGIN ") ? FromPem(path, text, password) : FromPfx(path, bytes, password);
        }
        catch (CryptographicException e)
        {
            throw Unusable(
                path, $"cannot be used: {e.Message}", "Name a PEM file with certificate and key, or a PFX file and its password.", e);
        }
    }

    private static X509Certificate2 FromPem(string path, string text, string? password)
    {
        if (!Has(text, "-----BEGIN CERTIFICATE-----"))
            throw Unusable(
                path, "holds no certificate.", "Put the certificate into the same file as its key (cat cert.pem key.pem > both.pem).");
        if (Has(text, "Proc-Type: 4,ENCRYPTED"))
            throw Unusable(
                path, "has its key in an outdated encrypted format (PKCS #1).",
                "Convert the key: openssl pkcs8 -topk8 -in key.pem -out key8.pem");
        if (!Has(text, "-----BEGIN ENCRYPTED PRIVATE KEY-----"))
            return Has(text, "PRIVATE KEY-----") ? X509Certificate2.CreateFromPem(text, text) : throw WithoutKey(path);
        if (password is null)
            throw Unusable(path, "has an encrypted key.", "Give its password in auth.certificate.password, best as env:NAME or file:PATH.");
        try
        {
            return X509Certificate2.CreateFromEncryptedPem(text, text, password);
        }
        catch (CryptographicException e)
        {
            throw Unusable(
                path, "does not open with this password, or its key is not the certificate's.", "Check auth.certificate.password.", e);
        }
    }

    private static X509Certificate2 FromPfx(string path, byte[] bytes, string? password)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12(bytes, password);
        }
        catch (CryptographicException e) when (e.HResult == WrongPassword)
        {
            throw password is null
                ? Unusable(path, "needs a password.", "Give it in auth.certificate.password, best as env:NAME or file:PATH.", e)
                : Unusable(path, "does not open with this password.", "Check auth.certificate.password.", e);
        }
    }

    private static RunFailedException? FaultOf(X509Certificate2 certificate, string path, DateTimeOffset now)
    {
        if (!certificate.HasPrivateKey) return WithoutKey(path);
        using var key = certificate.GetRSAPublicKey();
        if (key is null)
            return Unusable(path, "has no RSA key, and Entra takes no other.", "Make a certificate with an RSA key of 2048 bits or more.");
        if (now > certificate.NotAfter.ToUniversalTime())
            return OutOfDate(
                path, $"expired on {Day(certificate.NotAfter)}",
                "Make a new one, upload its public part under the app's Certificates & secrets, and name it here.");
        return now < certificate.NotBefore.ToUniversalTime()
            ? OutOfDate(path, $"is valid only from {Day(certificate.NotBefore)}", "Check this machine's clock, or make a new certificate.")
            : null;
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static RunFailedException WithoutKey(string path) => Unusable(
        path, "holds no private key.",
        "Name the file that holds both, a PEM with certificate and key or a PFX; the file uploaded to Entra is the public part alone.");

    private static RunFailedException Unusable(string path, string what, string remedy, Exception? inner = null) =>
        new(RunOutcome.InvalidInput, $"auth.certificate: {path} {what}", remedy, inner);

    private static RunFailedException OutOfDate(string path, string what, string remedy) =>
        new(RunOutcome.SignInFailed, $"auth.certificate: {path} {what}.", remedy);
}
