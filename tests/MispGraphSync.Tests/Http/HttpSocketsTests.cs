using Microsoft.AspNetCore.Http;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Http;

public class HttpSocketsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CaFile_adds_a_trusted_certificate_authority()
    {
        await using var server = await TlsServer.StartAsync(c => c.Response.WriteAsync("hello"));
        using var http = new HttpClient(HttpSockets.Create(server.CaFile, direct: true));

        Assert.Equal("hello", await http.GetStringAsync(server.At("localhost"), Ct));
    }

    [Fact]
    public async Task Untrusted_certificate_is_refused_without_retry_and_explained()
    {
        await using var server = await TlsServer.StartAsync(c => c.Response.WriteAsync("hello"));
        using var http = new HttpClient(HttpSockets.Create(direct: true));

        var e = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(server.At("localhost"), Ct));

        var trouble = TransportError.From(e, server.At("localhost"));
        Assert.False(trouble.IsTransient);
        Assert.True(trouble.NothingSent);
        Assert.Contains("caFile", trouble.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_name_mismatch_is_refused_even_from_a_trusted_authority()
    {
        await using var server = await TlsServer.StartAsync(c => c.Response.WriteAsync("hello"), host: "other.example");
        using var http = new HttpClient(HttpSockets.Create(server.CaFile, direct: true));

        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync(server.At("localhost"), Ct));
    }

    [Fact]
    public void Missing_caFile_is_a_settings_error() =>
        Assert.Equal(RunOutcome.InvalidInput, Assert.Throws<RunFailedException>(() => HttpSockets.Create("/nowhere/ca.pem")).Outcome);

    [Theory]
    [InlineData("http://localhost:8080", true)]
    [InlineData("https://graph.example", true)]
    [InlineData("http://graph.example", false)]
    [InlineData("ftp://localhost", false)]
    public void Plain_http_is_allowed_for_loopback_only(string endpoint, bool allowed)
    {
        var error = Record.Exception(() => Origin.Resolve(new Uri(endpoint), new Uri("https://graph.microsoft.com"), "endpoint"));

        Assert.Equal(allowed, error is null);
    }

    [Theory]
    [InlineData("https://graph.example/a", "https://GRAPH.example:443/b", true)]
    [InlineData("https://graph.example", "http://graph.example", false)]
    [InlineData("https://graph.example", "https://graph.example:8443", false)]
    [InlineData("https://graph.example", "https://graph.example.evil.example", false)]
    [InlineData("https://graph.example", "https://graph.example@evil.example", false)]
    public void Origin_is_scheme_host_and_port(string one, string other, bool same) =>
        Assert.Equal(same, Origin.IsSame(new Uri(one), new Uri(other)));
}
