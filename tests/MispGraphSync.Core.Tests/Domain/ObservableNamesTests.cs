using System.Net;
using MispGraphSync.Core.Domain;
using Xunit;

namespace MispGraphSync.Tests.Domain;

/// <summary>
/// The names of observables: in the ledger's keys, and as people read them. If a name in a key changes, the ledger no longer knows
/// the indicators that it holds.
/// </summary>
public class ObservableNamesTests
{
    private static readonly IPAddress Address = IPAddress.Parse("203.0.113.9");
    private static readonly IPNetwork Range = IPNetwork.Parse("203.0.113.0/24");
    private static readonly DateTimeOffset Noon = new(2026, 1, 15, 13, 0, 0, TimeSpan.FromHours(1));

    /// <summary>An observable; its name in the key of a combined and of a single indicator; type and value for people.</summary>
    public static TheoryData<Observable, string, string, string> Names => new()
    {
        { new Observable.DomainName("e.example"), "domain:e.example", "domain:e.example", "domain e.example" },
        { new Observable.Url("http://e.example/a"), "url:http://e.example/a", "url:http://e.example/a", "url http://e.example/a" },
        { new Observable.NetworkAddress(Address, Direction.Unknown), "ip:203.0.113.9", "ip:203.0.113.9", "ip 203.0.113.9" },
        { new Observable.NetworkAddress(Address, Direction.Source), "ip-src:203.0.113.9", "ip:203.0.113.9", "ip 203.0.113.9" },
        { new Observable.NetworkAddress(Address, Direction.Destination), "ip-dst:203.0.113.9", "ip:203.0.113.9", "ip 203.0.113.9" },
        { new Observable.CidrBlock(Range, Direction.Source), "cidr-src:203.0.113.0/24", "cidr:203.0.113.0/24", "ip 203.0.113.0/24" },
        { new Observable.CidrBlock(Range, Direction.Unknown), "cidr:203.0.113.0/24", "cidr:203.0.113.0/24", "ip 203.0.113.0/24" },
        { new Observable.Port(443, Direction.Destination), "port-dst:443", "port-dst:443", "port 443" },
        { new Observable.Protocol(17), "protocol:17", "protocol:17", "protocol 17" },
        { new Observable.AutonomousSystem(64500, Direction.Destination), "asn-dst:64500", "asn:64500", "AS AS64500" },
        { new Observable.AutonomousSystem(64500, Direction.Source), "asn:64500", "asn:64500", "AS AS64500" },
        { new Observable.FileName("a.exe"), "filename:a.exe", "filename:a.exe", "filename a.exe" },
        { new Observable.FilePath("/tmp/a"), "filepath:/tmp/a", "filepath:/tmp/a", "filepath /tmp/a" },
        { new Observable.FileSize(7), "filesize:7", "filesize:7", "size-in-bytes 7" },
        { new Observable.FileType("text/x"), "filetype:text/x", "filetype:text/x", "mime-type text/x" },
        { new Observable.FileCompiled(Noon), "compiled:1768478400", "compiled:1768478400", "compilation-timestamp 2026-01-15T12:00:00Z" },
        { new Observable.FileCreated(Noon), "created:1768478400", "created:1768478400", "creation-timestamp 2026-01-15T12:00:00Z" },
        { new Observable.Mutex("m"), "mutex:m", "mutex:m", "mutex m" },
        { new Observable.EmailAddress("a@e.example", EmailRole.Sender),
            "email-Sender:a@e.example", "email:a@e.example", "email a@e.example" },
        { new Observable.EmailAddress("a@e.example", EmailRole.ReplyTo),
            "email-ReplyTo:a@e.example", "email:a@e.example", "email a@e.example" },
        { new Observable.EmailSourceDomain("e.example"), "email-domain:e.example", "email-domain:e.example", "email-domain e.example" },
        { new Observable.EmailSourceAddress(Address), "email-ip:203.0.113.9", "ip:203.0.113.9", "ip 203.0.113.9" },
        { new Observable.EmailSenderName("A B"), "email-name:A B", "email-name:A B", "email-src-display-name A B" },
        { new Observable.EmailSubject("S"), "email-subject:S", "email-subject:S", "email-subject S" },
        { new Observable.EmailXMailer("X"), "email-xmailer:X", "email-xmailer:X", "email-x-mailer X" },
        { new Observable.EmailMessageId("<1>"), "email-message-id:<1>", "email-message-id:<1>", "email-message-id <1>" },
        { new Observable.UserAgent("U/1"), "user-agent:U/1", "user-agent:U/1", "user-agent U/1" },
        { new Observable.RegistryKey(@"HKLM\K"), @"regkey:HKLM\K", @"regkey:HKLM\K", @"regkey HKLM\K" },
        { new Observable.MacAddress("00:00:5e:00:53:01"),
            "mac:00:00:5e:00:53:01", "mac:00:00:5e:00:53:01", "mac-address 00:00:5e:00:53:01" },
        { new Observable.CertificateFingerprint(HashAlgorithm.Sha1, "ab"), "x509-Sha1:ab", "x509-Sha1:ab", "x509-fingerprint-sha1 ab" },
    };

    /// <summary>An algorithm; its name in the key of a combined and of a single indicator; its MISP type.</summary>
    public static TheoryData<HashAlgorithm, string, string, string> HashNames => new()
    {
        { HashAlgorithm.Md5, "md5", "Md5", "md5" },
        { HashAlgorithm.Sha1, "sha1", "Sha1", "sha1" },
        { HashAlgorithm.Sha256, "sha256", "Sha256", "sha256" },
        { HashAlgorithm.Authentihash, "authenticodeHash256", "Authentihash", "authentihash" },
        { HashAlgorithm.Tlsh, "lsHash", "Tlsh", "tlsh" },
        { HashAlgorithm.Ssdeep, "ctph", "Ssdeep", "ssdeep" },
        // Services have no algorithm for these in a combined indicator.
        { HashAlgorithm.Sha512, "unknown", "Sha512", "sha512" },
        { HashAlgorithm.Sha512Of224, "unknown", "Sha512Of224", "sha512/224" },
        { HashAlgorithm.Sha512Of256, "unknown", "Sha512Of256", "sha512/256" },
        { HashAlgorithm.Sha3Of224, "unknown", "Sha3Of224", "sha3-224" },
        { HashAlgorithm.Sha3Of256, "unknown", "Sha3Of256", "sha3-256" },
        { HashAlgorithm.Sha3Of384, "unknown", "Sha3Of384", "sha3-384" },
        { HashAlgorithm.Sha3Of512, "unknown", "Sha3Of512", "sha3-512" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Observable_keeps_its_names(Observable observable, string combined, string single, string label)
    {
        Assert.Equal(Hash128.Of(combined), ObservableKey.OfCombination([observable]));
        Assert.Equal(Hash128.Of(single), ObservableKey.OfSingle(observable));
        Assert.Equal(label, IndicatorLabel.Of([observable]).ToString());
    }

    [Theory]
    [MemberData(nameof(HashNames))]
    public void Hash_keeps_its_names(HashAlgorithm algorithm, string combined, string single, string type) =>
        Observable_keeps_its_names(new Observable.FileHash(algorithm, "ab"), $"{combined}:ab", $"{single}:ab", $"{type} ab");

    [Fact]
    public void Every_kind_of_observable_has_names() => Assert.Equal(
        typeof(Observable).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Observable))).Select(type => type.Name).Order(),
        Names.Select(row => row.Data.Item1.GetType().Name).Append(nameof(Observable.FileHash)).Distinct().Order());

    [Fact]
    public void Source_has_the_keys_of_both_forms()
    {
        Observable address = new Observable.NetworkAddress(Address, Direction.Source);
        Observable name = new Observable.FileName("a.exe");
        var source = new IndicatorSource { Attribute = Some.Uuid(1), Part = 0, Type = "x", Combined = [address], Single = address };

        Assert.Equal((Hash128.Of("ip-src:203.0.113.9"), Hash128.Of("ip:203.0.113.9")), ObservableKey.Of(source));
        Assert.Equal((Hash128.Of("filename:a.exe"), Hash128.Of("filename:a.exe")),
            ObservableKey.Of(source with { Combined = [name], Single = name }));
        Assert.Equal((Hash128.Of("filename:a.exe\nip-src:203.0.113.9"), Hash128.Of("filename:a.exe")),
            ObservableKey.Of(source with { Combined = [address, name], Single = name }));
        Assert.Equal((null, Hash128.Of("filename:a.exe")), ObservableKey.Of(source with { Combined = [], Single = name }));
        Assert.Equal((Hash128.Of("filename:a.exe"), null), ObservableKey.Of(source with { Combined = [name], Single = null }));
    }

    [Fact]
    public void Label_of_several_observables_is_sorted_by_type_and_value() => Assert.Equal(
        "filename|md5|md5 a.exe|ab|cd",
        IndicatorLabel.Of(
        [
            new Observable.FileHash(HashAlgorithm.Md5, "cd"), new Observable.FileName("a.exe"),
            new Observable.FileHash(HashAlgorithm.Md5, "ab"),
        ]).ToString());

    [Theory]
    [InlineData("filename a b.exe", "filename", "a b.exe")]
    [InlineData("a.exe", "", "a.exe")]
    public void Label_is_read_as_it_is_written(string text, string type, string value) =>
        Assert.Equal(new IndicatorLabel(type, value), IndicatorLabel.Parse(text));
}
