using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>A server with a certificate of its own making, which also compresses its answers.</summary>
public sealed class MispHttpTests : IAsyncLifetime
{
    private readonly string _caFile = Path.GetTempFileName();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private WebApplication? _server;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate)));
        _server = builder.Build();
        _server.MapGet("/servers/getVersion", async (HttpContext context) =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await zip.WriteAsync("""{"version":"2.5.1"}"""u8.ToArray());
        });
        await _server.StartAsync(TestContext.Current.CancellationToken);
        await System.IO.File.WriteAllTextAsync(_caFile, _certificate.ExportCertificatePem());
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _certificate.Dispose();
        System.IO.File.Delete(_caFile);
    }

    [Fact]
    public async Task An_untrusted_certificate_ends_the_run_without_a_retry()
    {
        var time = new SkippingTime();

        var thrown = await Assert.ThrowsAsync<MispException>(() => OpenAsync(new MispSettings(), caFile: null, time));

        Assert.Equal(RunOutcome.Unreachable, thrown.Outcome);
        Assert.Contains("No secure connection", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("caFile", thrown.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(time.Waits, wait => wait < TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_certificate_in_caFile_is_trusted() =>
        Assert.Contains("not told", (await OpenAsync(new MispSettings(), _caFile)).Fingerprint, StringComparison.Ordinal);

    [Fact]
    public async Task Any_certificate_is_accepted_without_verification() =>
        Assert.Contains(
            "not told", (await OpenAsync(new MispSettings { VerifyCert = false }, caFile: null)).Fingerprint, StringComparison.Ordinal);

    [Fact]
    public void A_caFile_without_certificates_is_a_usage_error()
    {
        var empty = Path.GetTempFileName();

        var missing = Assert.Throws<RunFailedException>(() => MispClient.CreateHttp(new MispSettings(), empty + ".missing", proxy: null));
        var without = Assert.Throws<RunFailedException>(() => MispClient.CreateHttp(new MispSettings(), empty, proxy: null));
        System.IO.File.Delete(empty);

        Assert.Equal((RunOutcome.InvalidInput, RunOutcome.InvalidInput), (missing.Outcome, without.Outcome));
    }

    private async Task<SourceState> OpenAsync(MispSettings settings, string? caFile, SkippingTime? time = null)
    {
        time ??= new SkippingTime();
        var log = new LogLines().Log;
        using var http = MispClient.CreateHttp(settings, caFile, proxy: null);
        var client = new MispClient(
            http, new Uri(_server!.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal)),
            _ => ValueTask.FromResult("key"), time.Limit, time, log, new Secrets());
        return await new MispSource(client, settings, FilterPlan.Everything, time, log).OpenAsync(TestContext.Current.CancellationToken);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
