using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Tests.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Planning;

/// <summary>Values as MISP holds them, mapped and then asked for: whatever the spelling, what is protected is not blocked.</summary>
public class NeverBlockTests
{
    private readonly NeverBlock _guard = new(
    [
        "contoso.example", "*.fabrikam.example", ".tailspin.example", "wingtip.example:443", "B\u00FCcher.example", "Northwind.Example.",
        "203.0.113.7", "198.51.100.64/26", "192.0.2.10-192.0.2.19", "2001:db8:7::/48", "[2001:db8:9::1]:443",
        "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA", new string('B', 64), "misp.internal.example",
    ]);

    [Theory]
    // Names, Microsoft's
    [InlineData("domain", "microsoft.com")]
    [InlineData("domain", "www.microsoft.com.")]
    [InlineData("hostname", "WWW.Microsoft.COM")]
    [InlineData("domain", "\uFF2D\uFF29\uFF23\uFF32\uFF2F\uFF33\uFF2F\uFF26\uFF34.com")]
    [InlineData("hostname", "update.microsoft\u3002com")]
    [InlineData("hostname", "micro\u00ADsoft.com")]
    [InlineData("hostname", "\uD835\uDD5Eicrosoft.com")]
    [InlineData("domain|ip", "login.microsoft.com|9.10.11.12")]
    [InlineData("hostname|port", "login.microsoft.com:443")]
    [InlineData("domain", "graph.microsoft.us")]
    [InlineData("stix2-pattern", "[domain-name:value = 'Login.MicrosoftOnline.com.']")]
    // Names above
    [InlineData("domain", "core.windows.net")]
    [InlineData("domain", "usgovcloudapi.net")]
    [InlineData("domain", "internal.example")]
    // Public suffixes and names above them
    [InlineData("domain", "com")]
    [InlineData("domain", "co.uk")]
    [InlineData("domain", "GitHub.IO.")]
    [InlineData("domain", "amazonaws.com")]
    [InlineData("domain", "\u516C\u53F8.cn")]
    // The local network
    [InlineData("hostname", "intranet")]
    [InlineData("hostname", "printer.local")]
    [InlineData("hostname", "router.home.arpa")]
    [InlineData("hostname", "localhost.localdomain")]
    [InlineData("hostname", "files.CORP")]
    [InlineData("domain", "cloud.microsoft")]
    [InlineData("hostname", "teams.cloud.microsoft")]
    [InlineData("url", "https://outlook.cloud.microsoft/mail/")]
    // The user's own
    [InlineData("domain", "contoso.example")]
    [InlineData("domain", "MAIL.Contoso.example.")]
    [InlineData("domain", "fabrikam.example")]
    [InlineData("domain", "www.fabrikam.example")]
    [InlineData("domain", "shop.tailspin.example")]
    [InlineData("domain", "wingtip.example")]
    [InlineData("domain", "xn--bcher-kva.example")]
    [InlineData("domain", "www.BU\u0308CHER.example")]
    [InlineData("domain", "northwind.example")]
    [InlineData("email", "ceo@mail.contoso.example")]
    [InlineData("email-dst", "Info@B\u00DCCHER.example")]
    // A field of its own at Graph
    [InlineData("email-src", "someone@outlook.com")]
    public void Protected_name_is_protected_in_each_spelling(string type, string value) => AssertProtected(type, value);

    [Theory]
    [InlineData("ip-dst", "10.1.2.3")]
    [InlineData("ip-dst", "::ffff:10.1.2.3")]
    [InlineData("ip-dst", "::ffff:a01:203")]
    [InlineData("ip-src", "0:0:0:0:0:FFFF:0808:0808")]
    [InlineData("ip-src", "[::ffff:8.8.8.8]")]
    [InlineData("ip-dst", "fe80::1%eth0")]
    [InlineData("ip-dst|port", "10.1.2.3|80")]
    [InlineData("domain|ip", "evil.example|10.1.2.3")]
    [InlineData("hostname", "192.168.0.1")]
    [InlineData("ip-dst", "198.18.0.1")]
    [InlineData("ip-dst", "fec0::1")]
    // IPv4 inside IPv6: compatible, translated, NAT64, any of local NAT64, 6to4, Teredo server and client, ISATAP
    [InlineData("ip-dst", "::8.8.8.8")]
    [InlineData("ip-dst", "::ffff:0:8.8.8.8")]
    [InlineData("ip-dst", "64:ff9b::a01:203")]
    [InlineData("ip-dst", "64:ff9b::8.8.8.8")]
    [InlineData("ip-dst", "64:ff9b:1:909:9:900::")]
    [InlineData("ip-dst", "2002:808:808::1")]
    [InlineData("ip-dst", "2001:0:808:808:0:0:0:0")]
    [InlineData("ip-dst", "2001:0:4136:e378:8000:63bf:f7f7:f7f7")]
    [InlineData("ip-dst", "2a00:1450::5efe:8.8.8.8")]
    [InlineData("ip-dst", "2a00:1450::200:5efe:10.0.0.1")]
    // Ranges that hold or are inside of something protected
    [InlineData("ip-dst", "8.8.8.0/24")]
    [InlineData("ip-dst", "8.8.8.8/32")]
    [InlineData("ip-dst", "10.0.0.0/7")]
    [InlineData("ip-dst", "10.1.0.0/16")]
    [InlineData("ip-dst", "255.255.255.255")]
    [InlineData("ip-dst", "::ffff:8.8.8.0/120")]
    [InlineData("ip-dst", "64:ff9b::808:800/120")]
    [InlineData("ip-dst", "64:ff9b::/64")]
    [InlineData("ip-dst", "2002::/15")]
    [InlineData("ip-dst", "2002:808:808::/48")]
    [InlineData("ip-dst", "2000::/3")]
    // The user's own
    [InlineData("ip-dst", "203.0.113.7")]
    [InlineData("ip-dst", "::ffff:cb00:7107")]
    [InlineData("ip-dst", "64:ff9b::203.0.113.7")]
    [InlineData("ip-src", "203.0.113.0/24")]
    [InlineData("ip-src", "198.51.100.65")]
    [InlineData("ip-src", "198.51.100.0/24")]
    [InlineData("ip-src", "2002:c633:6441::1")]
    [InlineData("ip-src", "192.0.2.10")]
    [InlineData("ip-src", "192.0.2.19")]
    [InlineData("ip-src", "2001:DB8:7:1::7")]
    [InlineData("ip-src", "2001:db8::/32")]
    [InlineData("ip-src", "2001:db8:9:0:0:0:0:1")]
    [InlineData("stix2-pattern", "[ipv4-addr:value = '203.0.113.7/32']")]
    public void Protected_address_is_protected_in_each_spelling(string type, string value) => AssertProtected(type, value);

    [Theory]
    [InlineData("http://www.microsoft.com./update")]
    [InlineData("https://user:pw@WWW.MICROSOFT.COM:8443?x#y")]
    [InlineData("https://evil.example@login.microsoftonline.com/")]
    [InlineData("https://evil.example:80@login.microsoftonline.com:/")]
    [InlineData("ftp://www.microsoft.com/x")]
    [InlineData("smb://www.microsoft.com/share")]
    [InlineData("www.microsoft.com/x")]
    [InlineData("http://\uFF4Dicrosoft\uFF0Ecom/x")]
    [InlineData("http://micro\u00ADsoft.com/x")]
    [InlineData("http://intranet/x")]
    [InlineData("http://intranet.:8080/x")]
    [InlineData("http://[::ffff:10.1.2.3]/x")]
    [InlineData("http://[::FFFF:808:808]:80/x")]
    [InlineData("http://[64:ff9b::808:808]/x")]
    [InlineData("http://[2002:0808:0808::]/x")]
    [InlineData("http://[fe80::1%25eth0]/x")]
    [InlineData("http://10.1.2.3/x")]
    [InlineData("http://10.1.2.3./x")]
    [InlineData("http://0x0a010203/x")]
    [InlineData("http://0X0A.0x1.0x2.0x3/x")]
    [InlineData("http://167838211/x")]
    [InlineData("http://012.1.2.3/x")]
    [InlineData("http://012.0x1.515/x")]
    [InlineData("http://127.1/x")]
    [InlineData("http://0x7f.1/x")]
    [InlineData("http://0/x")]
    [InlineData("http://0x/x")]
    [InlineData("http://017700000001./x")]
    [InlineData("http://134744072:80/x")]
    [InlineData("http://mail.contoso.example./x")]
    [InlineData("http://www.b\u00FCcher.example/x")]
    [InlineData("http://XN--BCHER-KVA.example/x")]
    [InlineData("http://[::ffff:203.0.113.7]/x")]
    [InlineData("http://0xcb007107/")]
    [InlineData("http://203.0.28935/")]
    [InlineData("http://[2001:db8:7::1]/x")]
    [InlineData("http://misp.internal.example/events/view/1")]
    // The whole of a shared host
    [InlineData("https://github.com")]
    [InlineData("https://github.com/")]
    [InlineData("https://github.com:443/#x")]
    [InlineData("https://github.com/?")]
    [InlineData("https://github.com/a/..//%2e/")]
    [InlineData("https://s3.amazonaws.com/")]
    [InlineData("github.io/")]
    public void URL_on_a_protected_host_is_protected_in_each_spelling(string url)
    {
        var type = url.Contains("://", StringComparison.Ordinal) ? "uri" : "url";

        AssertProtected("url", url);
        AssertProtected(type, url);
    }

    [Theory]
    [InlineData("domain", "evil.example")]
    [InlineData("domain", "microsoft.com.evil.example")]
    [InlineData("domain", "notmicrosoft.com")]
    [InlineData("domain", "notcontoso.example")]
    [InlineData("domain", "evil.github.io")]
    [InlineData("domain", "evil.blob.core.windows.net")]
    [InlineData("domain", "www.ck")]
    [InlineData("url", "http://microsoft.com@evil.example/")]
    [InlineData("url", "http://evil.example/?u=http://microsoft.com/")]
    [InlineData("url", "http://evil.example#@microsoft.com/")]
    [InlineData("url", "https://github.com/evil/payload")]
    [InlineData("url", "https://s3.amazonaws.com/evil/payload")]
    [InlineData("url", "https://evil.blob.core.windows.net/")]
    [InlineData("url", "http://9.10.11.12/x")]
    [InlineData("url", "http://[2a00:1450::1]/x")]
    [InlineData("ip-dst", "9.10.11.12")]
    [InlineData("ip-dst", "9.10.11.0/24")]
    [InlineData("ip-dst", "8.8.9.0/24")]
    [InlineData("ip-dst", "203.0.113.8")]
    [InlineData("ip-dst", "192.0.2.9")]
    [InlineData("ip-dst", "192.0.2.20")]
    [InlineData("ip-dst", "64:ff9b::9.10.11.12")]
    [InlineData("ip-dst", "2002:90a:b0c::1")]
    [InlineData("ip-dst", "2a00:1450::/32")]
    [InlineData("email", "someone@outlook.com")]
    [InlineData("email-src", "someone@evil.example")]
    [InlineData("sha256", "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc")]
    public void Similar_values_are_not_protected(string type, string value) =>
        Assert.DoesNotContain(Observables(type, value), _guard.Protects);

    [Fact]
    public void Hash_and_certificate_are_protected_in_any_case()
    {
        AssertProtected("sha256", new string('b', 64));
        AssertProtected("filename|sha256", "a.exe|" + new string('B', 64));
        AssertProtected("x509-fingerprint-sha1", new string('a', 40));
    }

    [Fact]
    public void Protected_address_in_a_URL_is_protected_in_each_notation() =>
        Gen.Select(
            Gen.OneOf("8.8.8.8", "10.1.2.3", "127.0.0.1", "203.0.113.7", "198.51.100.99"), Gen.Int[1, 4], Gen.Int[0, 2].Array[4], Gen.Bool)
            .Sample((address, parts, bases, dot) =>
            {
                var bytes = IPAddress.Parse(address).GetAddressBytes();
                var last = bytes[(parts - 1)..].Aggregate(0L, (sum, part) => (sum << 8) + part);
                var written = bytes[..(parts - 1)].Select(part => (long)part).Append(last).Select((part, i) => Write(part, bases[i]));

                AssertProtected("url", $"http://u@{string.Join('.', written)}{(dot ? "." : "")}:80/x");
            });

    [Fact]
    public void Protected_name_is_protected_in_any_case_width_and_dots() =>
        Gen.Select(Gen.OneOf("login.microsoft.com", "www.contoso.example", "co.uk", "github.io"), Gen.Int[0, 3].Array[24], Gen.Bool)
            .Sample((name, kinds, dot) =>
            {
                var written = string.Concat(name.Select((c, i) => Write(c, kinds[i]))) + (dot ? "." : "");

                AssertProtected("domain", written);
                AssertProtected("url", $"https://u:p@{written}:443");
            });

    [Fact]
    public void Host_of_our_own_that_is_no_name_by_the_rules_is_protected_in_any_case() =>
        Assert.True(new NeverBlock(["MISP.1-2"]).Protects(new Observable.DomainName("misp.1-2")));

    [Theory]
    [InlineData("http://a..b/x")]
    [InlineData("http:///x")]
    public void URL_whose_host_cannot_be_understood_is_not_blocked(string url) => Assert.True(_guard.Protects(new Observable.Url(url)));

    [Fact]
    public void Hash_of_nothing_is_known_in_each_algorithm()
    {
#pragma warning disable CA5350, CA5351 // Files have such hashes in MISP; nothing is protected by them.
        byte[][] hashes =
        [
            MD5.HashData([]), SHA1.HashData([]), SHA256.HashData([]), SHA384.HashData([]), SHA512.HashData([]),
            .. SHA3_256.IsSupported ? [SHA3_256.HashData([]), SHA3_384.HashData([]), SHA3_512.HashData([])] : (byte[][])[],
        ];
#pragma warning restore CA5350, CA5351

        Assert.All(hashes, hash => Assert.True(IsEmpty(Convert.ToHexStringLower(hash))));
        Assert.False(IsEmpty(Convert.ToHexStringLower(SHA256.HashData([0]))));

        static bool IsEmpty(string hash) => NeverBlock.IsHashOfEmptyInput(new Observable.FileHash(Core.Domain.HashAlgorithm.Sha256, hash));
    }

    [Theory]
    [InlineData("login.microsoft.com|9.10.11.12")]
    [InlineData("evil.example|10.1.2.3")]
    [InlineData("evil.example|::ffff:8.8.8.8")]
    public async Task Combination_with_a_protected_part_is_not_blocked(string value)
    {
        using var run = new TestRun();
        run.Destinations.Clear();
        foreach (var form in (IndicatorShape[])[IndicatorShape.Combined, IndicatorShape.Single])
        {
            var policy = new DestinationPolicy { Action = IndicatorAction.Block };
            run.Destinations.Add(new FakeDestination(form.ToString().ToLowerInvariant(), form) { Policy = policy });
        }

        run.Source.Put(Some.Event(1), Some.Attribute(1, "domain|ip", value), Some.Attribute(2, "domain|ip", "other.example|9.10.11.13"));

        var report = await run.PushAsync();

        Assert.All(run.Destinations, one => Assert.Equal(one.Capabilities.Shape == IndicatorShape.Single ? 2 : 1, one.Held.Count));
        Assert.All(report.Destinations, one => Assert.Equal(1, one.Skipped[SkipReason.NeverBlock]));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Address_of_a_protected_name_in_one_object_is_not_blocked(bool toIds, bool onWarninglist)
    {
        using var run = new TestRun();
        var service = run.Destinations[0] = new FakeDestination("defender", IndicatorShape.Single)
        {
            Policy = new DestinationPolicy { Action = IndicatorAction.Block },
        };
        run.Source.Put(
            Some.Event(1), Pair(1, "login.microsoftonline.com", "9.10.11.12", toIds, onWarninglist), Pair(2, "evil.example", "9.10.11.13"),
            Pair(3, "parked.example", "127.0.0.1"));

        await run.PushAsync();

        Assert.Equal(
            ["9.10.11.13", "evil.example", "parked.example"],
            service.Held.Select(one => one.Value.Split([' ', '}', ','], StringSplitOptions.RemoveEmptyEntries)
                .Single(part => part.Contains('.', StringComparison.Ordinal))).Order());

        static EventItem Pair(int number, string name, string address, bool toIds = true, bool onWarninglist = false) =>
            new EventItem.Object(Given.Object(
                "domain-ip",
                Given.Attribute("domain", name) with
                {
                    Uuid = Some.Uuid(100 + number),
                    ObjectRelation = "domain",
                    ToIds = toIds,
                    OnWarninglist = onWarninglist,
                },
                Given.Attribute("ip-dst", address) with { Uuid = Some.Uuid(200 + number), ObjectRelation = "ip", ToIds = true }));
    }

    private static string Write(long part, int radix) => radix switch
    {
        1 => "0x" + part.ToString("X", CultureInfo.InvariantCulture),
        2 => "0" + Convert.ToString(part, 8),
        _ => part.ToString(CultureInfo.InvariantCulture),
    };

    private static string Write(char c, int kind) => (c, kind) switch
    {
        ('.', 1) => "\u3002",
        ('.', 2) => "\uFF0E",
        ('.', _) => ".",
        (_, 1) => char.ToUpperInvariant(c).ToString(),
        (_, 2) => ((char)(c - '!' + '\uFF01')).ToString(),
        (_, 3) => c + "\u00AD",
        _ => c.ToString(),
    };

    private void AssertProtected(string type, string value) => Assert.Contains(Observables(type, value), _guard.Protects);

    /// <summary>All that is sent for a value; none would make a test pass that protects nothing.</summary>
    private static List<Observable> Observables(string type, string value)
    {
        var supports = Given.Map(type, value).Sources;
        Assert.NotEmpty(supports);
        return [.. supports.SelectMany(support => support.Single is { } single ? support.Combined.Add(single) : support.Combined)];
    }
}
