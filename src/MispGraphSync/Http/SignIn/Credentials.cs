using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Identity.Client;

namespace MispGraphSync.Http.SignIn;

/// <summary>Reads what the settings name under <c>auth</c>: secret, certificate, federated token.</summary>
internal static class Credentials
{
    private const int MaxFile = 1024 * 1024;

    /// <exception cref="RunFailedException">InvalidInput: there is none, or it cannot be read. SignInFailed: it has expired.</exception>
    public static async Task<ConfidentialClientApplicationBuilder> AddAsync(
        ConfidentialClientApplicationBuilder builder, AuthSettings auth, Transport transport, CancellationToken ct)
    {
        if (auth.ClientSecret is { } secret)
            return builder.WithClientSecret(await ResolveAsync(secret, auth, transport, ct).ConfigureAwait(false));
        if (auth.Certificate is { } certificate)
            return builder.WithCertificate(await LoadAsync(certificate, transport, ct).ConfigureAwait(false));
        if (auth.FederatedTokenFile is not { } file)
            throw Missing("a credential (clientSecret, certificate, managedIdentity or federatedTokenFile)");
        // Read each time: whoever issues it replaces it within the hour.
        return builder.WithClientAssertion(async (AssertionRequestOptions options) => transport.Secrets.Add(
            await ReadTokenAsync(file, transport.Time.GetUtcNow(), options.CancellationToken).ConfigureAwait(false)));
    }

    /// <summary>Reads the credential without signing in. A managed identity has nothing that could be read.</summary>
    /// <exception cref="RunFailedException">As <see cref="AddAsync"/>.</exception>
    public static async Task VerifyReadableAsync(AuthSettings auth, Transport transport, CancellationToken ct)
    {
        if (auth.ClientSecret is { } secret) await ResolveAsync(secret, auth, transport, ct).ConfigureAwait(false);
        else if (auth.Certificate is { } certificate) (await LoadAsync(certificate, transport, ct).ConfigureAwait(false)).Dispose();
        else if (auth.FederatedTokenFile is { } file) await ReadTokenAsync(file, transport.Time.GetUtcNow(), ct).ConfigureAwait(false);
    }

    /// <exception cref="RunFailedException">InvalidInput: it is not there, cannot be read, or is far too long.</exception>
    public static async Task<byte[]> ReadFileAsync(string path, CancellationToken ct)
    {
        try
        {
            if (new FileInfo(path).Length > MaxFile)
                throw new RunFailedException(
                    RunOutcome.InvalidInput, $"{path} is too long to be a credential.", "Check the path under auth.");
            return await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput, $"There is no file {path}.", "Check the path under auth.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{path} cannot be read: {e.Message}",
                "Let the account that runs misp-graph read it, or correct the path under auth.", e);
        }
    }

    public static RunFailedException Missing(string what) =>
        new(RunOutcome.InvalidInput, $"auth: {what} is missing.", "Set it, or MISP_GRAPH__AUTH__… in the environment.");

    private static ValueTask<string> ResolveAsync(SecretReference secret, AuthSettings auth, Transport transport, CancellationToken ct) =>
        transport.ResolveSecret(
            auth.VaultSignIn is { } vault ? secret.WithVault(new KeyVaultClient(vault, transport).GetAsync) : secret, ct);

    private static async Task<X509Certificate2> LoadAsync(CertificateSettings certificate, Transport transport, CancellationToken ct)
    {
        var password = certificate.Password is { } reference ? await transport.ResolveSecret(reference, ct).ConfigureAwait(false) : null;
        return await CertificateFile.LoadAsync(certificate.Path, password, transport.Time.GetUtcNow(), ct).ConfigureAwait(false);
    }

    /// <summary>The token that Kubernetes or a CI system keeps in a file, and that Entra accepts instead of a secret.</summary>
    private static async Task<string> ReadTokenAsync(string file, DateTimeOffset now, CancellationToken ct)
    {
        var text = Encoding.UTF8.GetString(await ReadFileAsync(file, ct).ConfigureAwait(false)).Trim();
        if (JwtClaims.Read(text) is not { } claims)
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"auth.federatedTokenFile: {file} holds no token.",
                "It must be the file that your platform writes a JSON Web Token (eyJ…) into, such as AZURE_FEDERATED_TOKEN_FILE names.");
        if (claims.Expires is { } expires && expires <= now)
            throw new RunFailedException(
                RunOutcome.SignInFailed,
                $"auth.federatedTokenFile: the token in {file} ran out at "
                + $"{expires.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}.",
                "The process that writes the file must replace it before that: check the projected volume or the CI job that issues it, "
                + "and this machine's clock.");
        return text;
    }
}
