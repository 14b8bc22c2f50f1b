using System.Buffers;
using System.Net;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>What Sentinel's tests share; everything has a default.</summary>
internal static class StixSamples
{
    public static readonly Guid Workspace = new("3b5e0000-5a5d-4b0c-8000-000000000003");

    public static readonly Guid Key = new("6f000000-0000-5000-8000-000000000001");

    /// <summary>Endpoint and management endpoint may be the same: their paths differ.</summary>
    public static SentinelSettings Settings(Uri? endpoint = null, Uri? management = null) =>
        new(SomeIndicator.CommonSettings("sentinel", endpoint))
        {
            WorkspaceId = Workspace,
            SourceSystem = "misp-graph",
            SubscriptionId = "5b5c0000-5a5d-4b0c-8000-000000000004",
            ResourceGroup = "security (prod)",
            WorkspaceName = "contoso-sentinel",
            ManagementEndpoint = management ?? endpoint,
        };

    public static (ReadOnlyMemory<byte> Body, ItemHashes Marks) Write(Indicator indicator, ItemIdentity? identity = null)
    {
        var body = new ArrayBufferWriter<byte>();
        var marks = SentinelItem.Write(body, indicator, identity ?? SomeIndicator.Identity(Key));
        return (body.WrittenMemory, marks);
    }

    public static ReadOnlyMemory<byte> Revoke(HeldIndicator held, DateTimeOffset modified)
    {
        var body = new ArrayBufferWriter<byte>();
        SentinelItem.WriteRevocation(body, held, modified);
        return body.WrittenMemory;
    }

    /// <summary>Every kind of observable that has a path, with values that need care.</summary>
    public static IEnumerable<(Observable Observable, string Pattern)> EveryPattern()
    {
        var v4 = IPAddress.Parse("192.0.2.7");
        var v6 = IPAddress.Parse("2001:db8::7");
        var hex = new string('a', 32);
        yield return (new Observable.DomainName("evil.example"), "[domain-name:value = 'evil.example']");
        yield return (new Observable.Url("http://evil.example/it's"), @"[url:value = 'http://evil.example/it\'s']");
        yield return (new Observable.Url("evil.example/x"), "[url:value = 'evil.example/x']");
        yield return (new Observable.NetworkAddress(v4, Direction.Source), "[ipv4-addr:value = '192.0.2.7']");
        yield return (new Observable.NetworkAddress(v6, Direction.Destination), "[ipv6-addr:value = '2001:db8::7']");
        yield return (new Observable.EmailSourceAddress(v4), "[ipv4-addr:value = '192.0.2.7']");
        yield return (
            new Observable.CidrBlock(IPNetwork.Parse("198.51.100.0/24"), Direction.Unknown), "[ipv4-addr:value = '198.51.100.0/24']");
        yield return (new Observable.CidrBlock(IPNetwork.Parse("2001:db8::/48"), Direction.Unknown), "[ipv6-addr:value = '2001:db8::/48']");
        yield return (new Observable.EmailAddress("a@b.example", EmailRole.Recipient), "[email-addr:value = 'a@b.example']");
        yield return (new Observable.EmailSenderName("O'Neil"), @"[email-addr:display_name = 'O\'Neil']");
        yield return (new Observable.EmailSubject("Your invoice"), "[email-message:subject = 'Your invoice']");
        yield return (new Observable.EmailMessageId("<1@b.example>"), "[email-message:message_id = '<1@b.example>']");
        yield return (new Observable.EmailXMailer("x 1.0"), "[email-message:additional_header_fields.'X-Mailer' = 'x 1.0']");
        yield return (new Observable.FileHash(HashAlgorithm.Md5, hex), $"[file:hashes.MD5 = '{hex}']");
        yield return (new Observable.FileHash(HashAlgorithm.Sha1, hex), $"[file:hashes.'SHA-1' = '{hex}']");
        yield return (new Observable.FileHash(HashAlgorithm.Sha256, hex), $"[file:hashes.'SHA-256' = '{hex}']");
        yield return (new Observable.FileHash(HashAlgorithm.Sha512, hex), $"[file:hashes.'SHA-512' = '{hex}']");
        yield return (new Observable.FileHash(HashAlgorithm.Sha3Of256, hex), $"[file:hashes.'SHA3-256' = '{hex}']");
        yield return (new Observable.FileHash(HashAlgorithm.Sha3Of512, hex), $"[file:hashes.'SHA3-512' = '{hex}']");
        yield return (new Observable.FileHash(HashAlgorithm.Ssdeep, "3:AbC:dEf"), "[file:hashes.SSDEEP = '3:AbC:dEf']");
        yield return (new Observable.FileHash(HashAlgorithm.Tlsh, "t1" + hex), $"[file:hashes.TLSH = 't1{hex}']");
        yield return (new Observable.FileName(@"a\b.exe"), @"[file:name = 'a\\b.exe']");
        yield return (new Observable.Mutex(@"Global\it's"), @"[mutex:name = 'Global\\it\'s']");
        yield return (new Observable.UserAgent("Mozilla/5.0"),
            "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Mozilla/5.0']");
        yield return (new Observable.RegistryKey(@"HKLM\Run"), @"[windows-registry-key:key = 'HKLM\\Run']");
        yield return (new Observable.MacAddress("00:11:22:33:44:55"), "[mac-addr:value = '00:11:22:33:44:55']");
        yield return (new Observable.AutonomousSystem(4294967295, Direction.Unknown), "[autonomous-system:number = 4294967295]");
        yield return (new Observable.CertificateFingerprint(HashAlgorithm.Sha1, hex), $"[x509-certificate:hashes.'SHA-1' = '{hex}']");
        yield return (new Observable.CertificateFingerprint(HashAlgorithm.Md5, hex), $"[x509-certificate:hashes.MD5 = '{hex}']");
        yield return (new Observable.CertificateFingerprint(HashAlgorithm.Sha256, hex), $"[x509-certificate:hashes.'SHA-256' = '{hex}']");
    }
}
