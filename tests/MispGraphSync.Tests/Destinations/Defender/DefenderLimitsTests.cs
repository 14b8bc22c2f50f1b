using System.Net;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Http.SignIn;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Defender;

public class DefenderLimitsTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.2.1")]
    [InlineData("192.168.0.1")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    [InlineData("2001:db8::1")]
    public void Addresses_that_are_not_public_are_skipped(string address) => Assert.Equal(SkipReason.NotPublic, Refuse(Address(address)));

    [Theory]
    [InlineData("8.8.4.4")]
    [InlineData("100.128.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700::1")]
    public void Public_addresses_are_accepted(string address) => Assert.Null(Refuse(Address(address)));

    [Theory]
    [InlineData("evil.example/path")]
    [InlineData("ftp://evil.example/")]
    [InlineData("http://user:pass@evil.example/")]
    [InlineData("http://user@evil.example/")]
    [InlineData("http://*.evil.example/")]
    [InlineData("http://evil.example/*")]
    [InlineData("http://evil.example/a b")]
    [InlineData("http:///path")]
    [InlineData("http://intranet/x")]
    [InlineData("http://intranet./x")]
    [InlineData("http://")]
    public void Urls_that_Defender_rejects_are_skipped(string url) => Assert.Equal(SkipReason.InvalidUrl, Refuse(new Observable.Url(url)));

    [Theory]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("https://[::1]:8443/")]
    [InlineData("http://2130706433/")]
    public void Urls_on_private_addresses_are_skipped(string url) => Assert.Equal(SkipReason.NotPublic, Refuse(new Observable.Url(url)));

    [Theory]
    [InlineData("intranet", SkipReason.InvalidDomain)]
    [InlineData("*.evil.example", SkipReason.InvalidDomain)]
    [InlineData("evil..example", SkipReason.InvalidDomain)]
    [InlineData("1.2", SkipReason.InvalidDomain)]
    [InlineData("_dmarc.evil.example", SkipReason.InvalidDomain)]
    [InlineData("expyuzz4wqqyqhjn.onion", SkipReason.NoFieldHere)]
    public void Invalid_names_are_skipped(string name, SkipReason reason) => Assert.Equal(reason, Refuse(new Observable.DomainName(name)));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("selector._domainkey.evil.example")]
    [InlineData("xn--80ak6aa92e.com")]
    public void Valid_names_are_accepted(string name) => Assert.Null(Refuse(new Observable.DomainName(name)));

    [Fact]
    public void Observables_without_a_type_are_skipped()
    {
        Assert.Equal(SkipReason.NoFieldHere, DefenderLimits.SkipReasonFor(null, IndicatorAction.Alert));
        Assert.Equal(SkipReason.NoFieldHere, Refuse(new Observable.CidrBlock(IPNetwork.Parse("8.8.8.0/24"), Direction.Source)));
        Assert.Equal(SkipReason.NoFieldHere, Refuse(new Observable.FileHash(HashAlgorithm.Sha512, new string('a', 128))));
        Assert.Equal(SkipReason.NoFieldHere, Refuse(new Observable.CertificateFingerprint(HashAlgorithm.Sha256, new string('a', 64))));
        Assert.Equal(SkipReason.NoFieldHere, Refuse(new Observable.EmailAddress("a@evil.example", EmailRole.Sender)));
    }

    [Theory]
    [InlineData(IndicatorAction.Alert, SkipReason.ActionNotAllowed)]
    [InlineData(IndicatorAction.Warn, SkipReason.ActionNotAllowed)]
    [InlineData(IndicatorAction.Block, null)]
    [InlineData(IndicatorAction.Allow, null)]
    public void Certificates_accept_block_and_allow_only(IndicatorAction action, SkipReason? reason)
    {
        var certificate = new Observable.CertificateFingerprint(HashAlgorithm.Sha1, new string('a', 40));

        Assert.Equal(reason, DefenderLimits.SkipReasonFor(certificate, action));
    }

    [Theory]
    [InlineData("2606:4700::6810:84e5", "IpAddress:2606:4700:0000:0000:0000:0000:6810:84e5")]
    [InlineData("8.8.4.4", "IpAddress:8.8.4.4")]
    public void Addresses_are_written_in_full(string address, string canonical) =>
        Assert.Equal(canonical, DefenderValue.Of(Address(address)).ToString());

    [Theory]
    [InlineData("IpAddress", "2606:4700::6810:84E5", "IpAddress:2606:4700:0000:0000:0000:0000:6810:84e5")]
    [InlineData("FileMd5", "ABCDEF", "FileMd5:abcdef")]
    [InlineData("DomainName", " Evil.Example ", "DomainName:evil.example")]
    [InlineData("Url", "HTTP://Evil.Example/Path", "Url:http://evil.example/Path")]
    [InlineData("Url", "HTTP://Evil.Example?Q", "Url:http://evil.example?Q")]
    public void Listed_values_equal_sent_values(string type, string value, string canonical) =>
        Assert.Equal(canonical, DefenderValue.Listed(type, value).ToString());

    [Fact]
    public void Cloud_without_a_known_host_needs_an_endpoint()
    {
        using var test = new TestTransport();
        var settings = SomeIndicator.DefenderSettings() with { Auth = new AuthSettings { Tenant = "t", ClientId = "c", Cloud = "china" } };

        var failure = Assert.Throws<RunFailedException>(() => new DefenderDestination(settings, test.Transport, new FakeTokens()));

        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
        Assert.Contains("endpoint", failure.Remedy, StringComparison.Ordinal);
    }

    private static Observable.NetworkAddress Address(string text) => new(IPAddress.Parse(text), Direction.Destination);

    private static SkipReason? Refuse(Observable observable) => DefenderLimits.SkipReasonFor(observable, IndicatorAction.Alert);
}
