using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;
using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.SignIn;

/// <summary>Turns what the settings say of the credential into an application of Microsoft's library.</summary>
internal static class Credentials
{
    public static IManagedIdentityApplication ManagedIdentity(ManagedIdentitySettings identity, IMsalHttpClientFactory http) =>
        ManagedIdentityApplicationBuilder
            .Create(identity.ClientId is { } id ? ManagedIdentityId.WithUserAssignedClientId(id) : ManagedIdentityId.SystemAssigned)
            .WithHttpClientFactory(http, retryOnceOn5xx: false)
            .Build();

    /// <exception cref="RunFailedException">Usage: a part is missing or cannot be read.</exception>
    public static async Task<IConfidentialClientApplication> ApplicationAsync(
        AuthSettings auth,
        Uri authority,
        IMsalHttpClientFactory http,
        Func<SecretReference, CancellationToken, ValueTask<string>> resolve,
        CancellationToken ct)
    {
        var builder = ConfidentialClientApplicationBuilder
            .Create(auth.ClientId ?? throw Missing("auth.clientId"))
            // Its own notion of an origin is https only; a plain loopback is put right below it.
            .WithAuthority($"https://{authority.Authority}/{auth.Tenant}", validateAuthority: false)
            // Would ask a host that is neither the tenant's nor ours.
            .WithInstanceDiscovery(false)
            .WithHttpClientFactory(http, retryOnceOn5xx: false);
        if (auth.ClientSecret is { } secret) builder.WithClientSecret(await resolve(secret, ct).ConfigureAwait(false));
        else if (auth.Certificate is { } certificate)
            builder.WithCertificate(await CertificateAsync(certificate, resolve, ct).ConfigureAwait(false));
        else if (auth.FederatedTokenFile is { } file)
            // Read anew each time: whoever issues it replaces it within the hour.
            builder.WithClientAssertion(async (AssertionRequestOptions options) => (await ReadAsync(file, options.CancellationToken).ConfigureAwait(false)).Trim());
        else throw Missing("a credential (clientSecret, certificate, managedIdentity or federatedTokenFile)");
        return builder.Build();
    }

    private static async Task<X509Certificate2> CertificateAsync(
        CertificateSettings settings, Func<SecretReference, CancellationToken, ValueTask<string>> resolve, CancellationToken ct)
    {
        var password = settings.Password is { } reference ? await resolve(reference, ct).ConfigureAwait(false) : null;
        try
        {
            var isPem = (await ReadAsync(settings.Path, ct).ConfigureAwait(false)).Contains("-----BEGIN ", StringComparison.Ordinal);
            if (!isPem) return X509CertificateLoader.LoadPkcs12FromFile(settings.Path, password);
            return password is null
                ? X509Certificate2.CreateFromPemFile(settings.Path)
                : X509Certificate2.CreateFromEncryptedPemFile(settings.Path, password);
        }
        catch (CryptographicException e)
        {
            throw new RunFailedException(
                ExitCode.Usage, $"auth.certificate: {settings.Path} is no PEM with key and no PFX, or the password is wrong.",
                "Name a PEM file with certificate and key, or a PFX file and its password.", e);
        }
    }

    private static async Task<string> ReadAsync(string path, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllTextAsync(path, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(ExitCode.Usage, $"{path} cannot be read: {e.Message}", "Check the path under auth.", e);
        }
    }

    private static RunFailedException Missing(string what) =>
        new(ExitCode.Usage, $"auth: {what} is missing.", "Set it, or MISP_GRAPH__AUTH__… in the environment.");
}
