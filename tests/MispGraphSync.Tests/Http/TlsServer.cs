using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MispGraphSync.Tests.Http;

/// <summary>A Kestrel with a certificate that only its own file vouches for.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsServer(WebApplication app, string caFile)
    {
        _app = app;
        CaFile = caFile;
    }

    public Uri Address => new(_app.Urls.First());

    public string CaFile { get; }

    /// <param name="answer">What it says.</param>
    /// <param name="host">What the certificate is for.</param>
    /// <param name="isExpired">Since yesterday.</param>
    public static async Task<TlsServer> StartAsync(RequestDelegate answer, string host = "localhost", bool isExpired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(isExpired ? -1 : 1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        var caFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(caFile, certificate.ExportCertificatePem());

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new TlsServer(app, caFile);
    }

    public Uri At(string host) => new UriBuilder(Address) { Host = host }.Uri;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        File.Delete(CaFile);
    }
}
