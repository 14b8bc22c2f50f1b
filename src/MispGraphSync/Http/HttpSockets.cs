using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MispGraphSync.Http;

/// <summary>
/// The one place where sockets are made: no cookies, no redirects, and besides the system's authorities those of caFile.
/// </summary>
internal static class HttpSockets
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <param name="caFile">PEM with further authorities; null for none.</param>
    /// <param name="proxy">Null: the system's.</param>
    /// <param name="verify">False takes any certificate: for MISP servers whose owner insists, never for Microsoft.</param>
    /// <param name="onRefused">Called with each certificate that is not accepted, and its chain.</param>
    /// <param name="direct">True leaves proxies out, for what only this machine can reach.</param>
    /// <exception cref="RunFailedException">InvalidInput: caFile cannot be read.</exception>
    public static SocketsHttpHandler Create(
        string? caFile = null, Uri? proxy = null, bool verify = true, bool direct = false,
        Action<X509Certificate2?, X509Chain?, SslPolicyErrors>? onRefused = null)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            // A service that moves is found again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = !direct,
        };
        if (proxy is not null) sockets.Proxy = new WebProxy(proxy) { BypassProxyOnLocal = false };
        var further = caFile is null ? null : Load(caFile);
#pragma warning disable CA5359 // The user has said so, and is warned loudly.
        if (!verify) sockets.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (further is not null || onRefused is not null)
            sockets.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                var isAccepted = errors == SslPolicyErrors.None || (further is not null && Accepts(further, certificate, chain, errors));
                if (!isAccepted) onRefused?.Invoke(certificate as X509Certificate2, chain, errors);
                return isAccepted;
            };
        return sockets;
    }

    /// <summary>
    /// The system has judged already. What it does not know may still lead to one of the further authorities; a wrong
    /// name is never forgiven. Replacing the system's store by a list of our own would lose authorities that Windows
    /// fetches only when they are needed.
    /// </summary>
    private static bool Accepts(
        X509Certificate2Collection further, X509Certificate? certificate, X509Chain? judged, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.CustomTrustStore.AddRange(further);
        if (judged is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(judged.ChainPolicy.ExtraStore);
            foreach (var element in judged.ChainElements) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        return chain.Build(leaf);
    }

    private static X509Certificate2Collection Load(string caFile)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(caFile);
            if (certificates.Count > 0) return certificates;
            throw new RunFailedException(RunOutcome.InvalidInput, $"caFile: {caFile} holds no certificate.", "Name a PEM file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput, $"caFile: {caFile} cannot be read: {e.Message}", "Name a PEM file.", e);
        }
    }
}
