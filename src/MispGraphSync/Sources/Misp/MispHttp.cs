using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The connection to the MISP server. No redirects, since MISP in maintenance redirects to itself for ever and the key
/// must not go to another origin; no cookies, since each answer would start a session that nobody ends.
/// </summary>
internal static class MispHttp
{
    /// <param name="caFile">PEM file with authorities besides the system's; null for none.</param>
    /// <param name="proxy">Null: the system's.</param>
    /// <exception cref="RunFailedException">The file with authorities cannot be read.</exception>
    public static HttpClient Create(MispSettings settings, string? caFile, Uri? proxy)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
        if (proxy is not null)
        {
            handler.Proxy = new WebProxy(proxy) { Credentials = CredentialsOf(proxy) };
        }
        if (!settings.VerifyCert)
        {
#pragma warning disable CA5359 // misp.verifyCert is off: the user said so, and is warned loudly where settings are read.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (caFile is not null)
        {
            handler.SslOptions.CertificateChainPolicy = Trust(caFile);
        }

        // The time limit is for the next bytes, not for a whole answer: see MispClient.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>A list of one's own replaces the system's, so the system's authorities are put into it.</summary>
    private static X509ChainPolicy Trust(string caFile)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(caFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RunFailedException(
                ExitCode.Usage, $"caFile {caFile} cannot be read.", "Give the path of a PEM file that holds certificates.", e);
        }
        if (policy.CustomTrustStore.Count == 0)
        {
            throw new RunFailedException(
                ExitCode.Usage, $"caFile {caFile} holds no certificate.", "Give the path of a PEM file that holds certificates.");
        }

        foreach (var location in new[] { StoreLocation.LocalMachine, StoreLocation.CurrentUser })
        {
            using var store = new X509Store(StoreName.Root, location);
            try
            {
                store.Open(OpenFlags.ReadOnly);
                policy.CustomTrustStore.AddRange(store.Certificates);
            }
            catch (Exception e) when (e is CryptographicException or InvalidOperationException)
            {
                // Not every system has both stores, and an account without a home, as in a container, has none of its own.
            }
        }
        return policy;
    }

    private static NetworkCredential? CredentialsOf(Uri proxy)
    {
        var parts = proxy.UserInfo.Split(':', 2);
        return proxy.UserInfo.Length == 0
            ? null
            : new NetworkCredential(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""));
    }
}
