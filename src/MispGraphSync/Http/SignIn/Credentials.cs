using System.Security.Cryptography.X509Certificates;
using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Http.SignIn;

/// <summary>Turns what the settings say of the credential into an application of Microsoft's library.</summary>
internal static class Credentials
{
    public static IManagedIdentityApplication ManagedIdentity(ManagedIdentitySettings identity, IMsalHttpClientFactory http) =>
        ManagedIdentityApplicationBuilder
            .Create(identity.ClientId is { } id ? ManagedIdentityId.WithUserAssignedClientId(id) : ManagedIdentityId.SystemAssigned)
            .WithHttpClientFactory(http, retryOnceOn5xx: false)
            .Build();

    /// <exception cref="RunFailedException">Usage: a part is missing or cannot be read. SignIn: a certificate is out of date.</exception>
    public static async Task<IConfidentialClientApplication> ApplicationAsync(
        AuthSettings auth, Uri authority, IMsalHttpClientFactory http, Transport transport, CancellationToken ct)
    {
        var builder = ConfidentialClientApplicationBuilder
            .Create(auth.ClientId ?? throw Missing("auth.clientId"))
            // Its own notion of an origin is https only; a plain loopback is put right below it.
            .WithAuthority($"https://{authority.Authority}/{auth.Tenant}", validateAuthority: false)
            // Would ask a host that is neither the tenant's nor ours.
            .WithInstanceDiscovery(false)
            .WithHttpClientFactory(http, retryOnceOn5xx: false);
        if (auth.ClientSecret is { } secret) builder.WithClientSecret(await ResolveAsync(secret, auth, transport, ct).ConfigureAwait(false));
        else if (auth.Certificate is { } certificate) builder.WithCertificate(await LoadAsync(certificate, transport, ct).ConfigureAwait(false));
        else if (auth.FederatedTokenFile is { } file)
        {
            // Read anew each time: whoever issues it replaces it within the hour.
            builder.WithClientAssertion(async (AssertionRequestOptions options) => transport.Secrets.Add(
                await FederatedToken.ReadAsync(file, transport.Time.GetUtcNow(), options.CancellationToken).ConfigureAwait(false)));
        }
        else throw Missing("a credential (clientSecret, certificate, managedIdentity or federatedTokenFile)");
        return builder.Build();
    }

    /// <summary>Reads what signs in, without signing in. A managed identity has nothing that could be read.</summary>
    /// <exception cref="RunFailedException">As <see cref="ApplicationAsync"/>.</exception>
    public static async Task VerifyReadableAsync(AuthSettings auth, Transport transport, CancellationToken ct)
    {
        if (auth.ClientSecret is { } secret) await ResolveAsync(secret, auth, transport, ct).ConfigureAwait(false);
        else if (auth.Certificate is { } certificate) (await LoadAsync(certificate, transport, ct).ConfigureAwait(false)).Dispose();
        else if (auth.FederatedTokenFile is { } file) await FederatedToken.ReadAsync(file, transport.Time.GetUtcNow(), ct).ConfigureAwait(false);
    }

    private static async Task<X509Certificate2> LoadAsync(CertificateSettings certificate, Transport transport, CancellationToken ct)
    {
        var password = certificate.Password is { } reference ? await transport.ResolveSecret(reference, ct).ConfigureAwait(false) : null;
        return await CertificateFile.LoadAsync(certificate.Path, password, transport.Time.GetUtcNow(), ct).ConfigureAwait(false);
    }

    private static ValueTask<string> ResolveAsync(SecretReference secret, AuthSettings auth, Transport transport, CancellationToken ct) =>
        transport.ResolveSecret(auth.VaultSignIn is { } fetcher ? secret.WithVault(new KeyVaultClient(fetcher, transport).GetAsync) : secret, ct);

    private static RunFailedException Missing(string what) =>
        new(RunOutcome.InvalidInput, $"auth: {what} is missing.", "Set it, or MISP_GRAPH__AUTH__… in the environment.");
}
