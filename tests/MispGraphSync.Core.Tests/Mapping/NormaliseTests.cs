using MispGraphSync.Core.Mapping.Normalise;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class NormaliseTests
{
    [Theory]
    [InlineData("  evil.example\t", "evil.example")]
    [InlineData("\uFEFFevil.example\u200B", "evil.example")]
    [InlineData("\u0000evil.example\r\n\u2028\u202C\u00AD", "evil.example")]
    [InlineData("\u00A0evil.example\u3000", "evil.example")]
    [InlineData("e\u0301vil", "\u00E9vil")]
    [InlineData("two words", "two words")]
    [InlineData("ab\u200Bc\u202Ede", "ab\u200Bc\u202Ede")]
    [InlineData("\uD83D\uDE00", "\uD83D\uDE00")]
    [InlineData("\u200B \u200B", "")]
    public void Value_is_trimmed_and_its_inside_unchanged(string text, string trimmed) => Assert.Equal(trimmed, ValueText.Trim(text));

    [Theory]
    [InlineData("\uFEFFLazarus\r\nGroup\u200B", "Lazarus Group")]
    [InlineData("tlp:\u200Bred", "tlp:red")]
    [InlineData("a\u202Eb\u2069c\u00ADd", "abcd")]
    [InlineData("a\u0000b\u2029c", "a b c")]
    public void A_name_is_one_line_without_marks(string text, string cleaned) => Assert.Equal(cleaned, ValueText.Clean(text));

    [Fact]
    public void Half_a_surrogate_pair_in_a_name_becomes_a_replacement_character()
    {
        // No attribute argument: those are stored as UTF-8, which has no halves.
        var half = ((char)0xD800).ToString();

        Assert.Equal("evil\uFFFD", ValueText.Clean("evil" + half));
    }

    [Theory]
    [InlineData("ip-dst", "192.0.2.4{0}5")]
    [InlineData("ip-src|port", "192.0.2.4{0}5|80")]
    [InlineData("domain", "evil.exam{0}ple")]
    [InlineData("domain|ip", "evil.exam{0}ple|192.0.2.7")]
    [InlineData("url", "http://evil.example/a{0}http://other.example/")]
    [InlineData("md5", "0123456789abcdef{0}0123456789abcdef")]
    [InlineData("filename|md5", "a{0}b.exe|0123456789abcdef0123456789abcdef")]
    [InlineData("x509-fingerprint-sha1", "0123456789abcdef01234{0}56789abcdef01234567")]
    [InlineData("mac-address", "00:00:5e:00:53:0{0}1")]
    [InlineData("AS", "645{0}00")]
    [InlineData("port", "4{0}43")]
    [InlineData("email-src", "alice@evil.exam{0}ple")]
    [InlineData("email-subject", "two{0}lines")]
    [InlineData("filename", "invoice{0}.exe")]
    [InlineData("mutex", "a{0}b")]
    [InlineData("regkey", @"HKLM\Software\a{0}b")]
    [InlineData("user-agent", "Mozilla/5.0{0}Mozilla/4.0")]
    [InlineData("stix2-pattern", "[domain-name:value = 'evil.exam{0}ple']")]
    public void Value_with_a_control_character_or_line_break_inside_is_skipped(string type, string value)
    {
        foreach (var mark in "\0\a\t\n\v\f\r\u001B\u007F\u0085\u009B\u2028\u2029")
        {
            var mapped = Given.Map(type, string.Format(value, mark));

            Assert.Equal([type == "stix2-pattern" ? "invalid-pattern" : "invalid-value"], mapped.Outcomes());
        }
    }

    [Fact]
    public void A_pattern_may_be_written_on_several_lines() =>
        Assert.Equal(["domain:evil.example"], Given.Map("stix2-pattern", "[\n  domain-name:value =\r\n\t'evil.example'\n]").Singles());

    [Theory]
    [InlineData("ip-dst", "192.0.2.4{0}5", "invalid-address")]
    [InlineData("ip-src", "192.0.2.0/2{0}4", "invalid-address")]
    [InlineData("sha1", "0123456789abcdef01234{0}56789abcdef01234567", "invalid-hash")]
    [InlineData("mac-address", "00:00:5e:00:53:0{0}1", "invalid-value")]
    [InlineData("AS", "645{0}00", "invalid-value")]
    [InlineData("url", "ht{0}tp://evil.example/", "invalid-url")]
    public void Value_with_an_invisible_mark_inside_is_never_joined(string type, string value, string reason)
    {
        foreach (var mark in "\u00A0\u00AD\u061C\u180E\u200B\u200C\u200D\u200E\u200F\u202E\u2060\u2066\u3000\uFE0F\uFEFF\uFFFD")
            Assert.Equal([reason], Given.Map(type, string.Format(value, mark)).Outcomes());
    }

    [Theory]
    [InlineData("email-subject", "\u05D7\u05E9\u05D1\u05D5\u05DF\u200F (1)")]
    [InlineData("user-agent", "a\u200Bb")]
    [InlineData("mutex", "a\u00ADb")]
    public void Invisible_marks_inside_free_text_are_kept(string type, string value) =>
        Assert.EndsWith(":" + value, Given.Map(type, value).Combined().Single(), StringComparison.Ordinal);

    [Fact]
    public void File_name_with_a_direction_mark_keeps_its_hash() =>
        Assert.Equal(
            ["name:invoice\u202Egpj.exe + Md5:0123456789abcdef0123456789abcdef"],
            Given.Map("filename|md5", "invoice\u202Egpj.exe|0123456789abcdef0123456789abcdef").Combined());

    [Theory]
    [InlineData("mutex", "cut{0}", "invalid-value")]
    [InlineData("url", "http://evil.example/{0}", "invalid-value")]
    [InlineData("filename|md5", "{0}.exe|0123456789abcdef0123456789abcdef", "invalid-value")]
    [InlineData("email-src", "ali{0}ce@evil.example", "invalid-value")]
    [InlineData("domain", "evil{0}.example", "invalid-domain")]
    [InlineData("url", "http://evil{0}.example/", "invalid-url")]
    public void Damaged_value_is_skipped(string type, string value, string reason)
    {
        foreach (var lost in new[] { "\uFFFD", ((char)0xD83D).ToString(), ((char)0xDE00).ToString(), "\uFFFE", "\uFFFF" })
            Assert.Equal([reason], Given.Map(type, string.Format(value, lost)).Outcomes());
    }

    [Theory]
    // Composed, decomposed singletons, several marks out of order, a composition exclusion, Hangul, a blocked mark.
    [InlineData("A\u030A", "\u00C5")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u1E0B\u0323", "\u1E0D\u0307")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("a\u0305\u0301", "a\u0305\u0301")]
    [InlineData("\uF900", "\u8C48")]
    // Each run of marks by itself; marks of one class keep their order.
    [InlineData("q\u0307\u0323q\u0307\u0323", "q\u0323\u0307q\u0323\u0307")]
    [InlineData("a\u0301\u0323", "\u1EA1\u0301")]
    [InlineData("a\u0301\u0300", "\u00E1\u0300")]
    // The first and the last syllable of Hangul, and what is beside its leads, vowels and tails.
    [InlineData("\u1100\u1161", "\uAC00")]
    [InlineData("\u1112\u1175\u11C2", "\uD7A3")]
    [InlineData("\uD55C\u0323", "\uD55C\u0323")]
    [InlineData("\uAC00\u11C2", "\uAC1B")]
    [InlineData("\uAC00\u11A7", "\uAC00\u11A7")]
    [InlineData("\uAC00\u11C3", "\uAC00\u11C3")]
    [InlineData("\uAC01\u11A8", "\uAC01\u11A8")]
    [InlineData("\u10FF\u1161", "\u10FF\u1161")]
    [InlineData("\u1113\u1161", "\u1113\u1161")]
    [InlineData("\u1112\u1160", "\u1112\u1160")]
    [InlineData("\u1112\u1176", "\u1112\u1176")]
    public void Text_is_composed_canonically(string text, string composed) => Assert.Equal(composed, UnicodeComposition.Compose(text));

    [Theory]
    [InlineData("domain")]
    [InlineData("hostname")]
    public void Address_in_a_name_type_is_a_destination(string type)
    {
        Assert.Equal(["ip-dst:192.0.2.7"], Given.Map(type, "192.0.2.7").Combined());
        Assert.Equal(["ip-dst:2001:db8::7"], Given.Map(type, "[2001:DB8::7]").Singles());
    }

    [Theory]
    [InlineData("192.0.2.7/32", "ip-dst:192.0.2.7")]
    [InlineData("2001:DB8:0::7", "ip-dst:2001:db8::7")]
    [InlineData("2001:db8::7/128", "ip-dst:2001:db8::7")]
    [InlineData("::ffff:192.0.2.7", "ip-dst:192.0.2.7")]
    [InlineData("[2001:db8::7]", "ip-dst:2001:db8::7")]
    [InlineData("fe80::7%eth0", "ip-dst:fe80::7")]
    [InlineData("192.0.2.7/24", "cidr-dst:192.0.2.0/24")]
    [InlineData("203.0.113.129/25", "cidr-dst:203.0.113.128/25")]
    [InlineData("2001:db8:1:2::7/48", "cidr-dst:2001:db8:1::/48")]
    [InlineData("::ffff:192.0.2.7/120", "cidr-dst:192.0.2.0/24")]
    public void Address_is_normalised(string value, string observable) =>
        Assert.Equal([observable], Given.Map("ip-dst", value).Singles());

    [Theory]
    [InlineData("192.0.2.0/0")]
    [InlineData("2001:db8::/0")]
    [InlineData("192.0.2.0/33")]
    [InlineData("2001:db8::/129")]
    [InlineData("::ffff:192.0.2.7/90")]
    [InlineData("192.0.2.0/255.255.255.0")]
    [InlineData("192.0.2.7/")]
    [InlineData("192.0.2")]
    [InlineData("3221225991")]
    [InlineData("0xC0.0.2.7")]
    [InlineData("192.000.002.007")]
    [InlineData("192.0.2.256")]
    [InlineData("192.0.2.7.")]
    [InlineData("192.0.2.7:80")]
    [InlineData("[2001:db8::7]:80")]
    [InlineData("192.0.2.1-192.0.2.9")]
    [InlineData("192[.]0.2.7")]
    public void Invalid_addresses_are_skipped(string value) =>
        Assert.Equal(["invalid-address"], Given.Map("ip-src", value).Outcomes());

    [Theory]
    [InlineData("HTTPS://Evil.Example/A?Q=B#C", "https://evil.example/A?Q=B#C")]
    [InlineData("http://User:Pass@EVIL.example:8080/", "http://User:Pass@evil.example:8080/")]
    [InlineData("ftp://evil.example", "ftp://evil.example")]
    [InlineData("http://[2001:DB8::7]:80/x", "http://[2001:db8::7]:80/x")]
    [InlineData("http://3221225991/x", "http://3221225991/x")]
    [InlineData("http://0XC0000207/x", "http://0xc0000207/x")]
    [InlineData("http://192.0.519/x", "http://192.0.519/x")]
    [InlineData("http://\uFF45vil\uFF0E\u00ADexample/x", "http://evil.example/x")]
    [InlineData("http://b\u00FCcher.example/\u00FC", "http://xn--bcher-kva.example/\u00FC")]
    [InlineData("http://evil.example?x=http://other.example/", "http://evil.example?x=http://other.example/")]
    [InlineData("http://evil.example/a%20b c", "http://evil.example/a%20b c")]
    public void Scheme_and_host_of_a_url_are_folded_and_the_rest_untouched(string value, string url) =>
        Assert.Equal(["url:" + url], Given.Map("url", value).Combined());

    [Theory]
    [InlineData("WWW.evil.example", "www.evil.example")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("evil.example:8080/Gate.php", "evil.example:8080/Gate.php")]
    [InlineData("smb://192.0.2.7/Share", "smb://192.0.2.7/Share")]
    public void Url_without_a_known_scheme_is_single_only(string value, string url)
    {
        var mapped = Given.Map("url", value);

        Assert.Empty(mapped.Combined());
        Assert.Equal(["url:" + url], mapped.Singles());
    }

    [Theory]
    [InlineData("hXXps://evil.example/")]
    [InlineData("http://evil[.]example/")]
    [InlineData("http://evil (.)example/")]
    [InlineData("/gate.php")]
    [InlineData("http://")]
    [InlineData("http:/evil.example")]
    [InlineData("http://evil.example:port/")]
    [InlineData("http://evil.example/a http://evil.example/b")]
    [InlineData("http://evil.example/a\u00A0HTTPS://evil.example/b")]
    [InlineData("http://evil.example/a\u200Bhttp://evil.example/b")]
    // Browsers go to the first host, others to the second.
    [InlineData(@"http://other.example\@evil.example/")]
    [InlineData("http://evil..example/")]
    [InlineData("http://evil.example../")]
    [InlineData("http://192.0.2.300/")]
    [InlineData("http://192.0.2.7.8/")]
    [InlineData("http://08.0.2.7/")]
    [InlineData("http://www%2Eevil.example/")]
    [InlineData("http://\uFF11\uFF19\uFF12.0.2.7/")]
    public void Url_without_a_host_or_defanged_is_skipped(string value) =>
        Assert.Equal(["invalid-url"], Given.Map("url", value).Outcomes());

    [Fact]
    public void A_uri_counts_only_when_it_is_absolute()
    {
        Assert.Equal(["invalid-url"], Given.Map("uri", "/gate.php").Outcomes());
        Assert.Equal(["invalid-url"], Given.Map("uri", "evil.example/gate.php").Outcomes());
        Assert.Equal(["url:http://evil.example/gate.php"], Given.Map("uri", "http://evil.example/gate.php").Combined());
    }

    [Theory]
    [InlineData("Alice@EVIL.Example", "email-sender:Alice@evil.example + email-domain:evil.example")]
    [InlineData("\"a@b\"@evil.example", "email-sender:\"a@b\"@evil.example + email-domain:evil.example")]
    [InlineData("Alice <alice@evil.example>", "email-sender:alice@evil.example + email-domain:evil.example")]
    [InlineData("alice@b\u00FCcher.example", "email-sender:alice@xn--bcher-kva.example + email-domain:xn--bcher-kva.example")]
    [InlineData("alice", "email-sender:alice")]
    [InlineData("alice@[192.0.2.7]", "email-sender:alice@[192.0.2.7]")]
    [InlineData("alice@[IPv6:2001:DB8::7]", "email-sender:alice@[ipv6:2001:db8::7]")]
    [InlineData("mailto:alice@evil.example", "email-sender:alice@evil.example + email-domain:evil.example")]
    [InlineData("MAILTO: alice@evil.example?subject=Your%20invoice", "email-sender:alice@evil.example + email-domain:evil.example")]
    [InlineData("Alice <mailto:alice@evil.example>", "email-sender:alice@evil.example + email-domain:evil.example")]
    [InlineData("\"a b; c\"@evil.example", "email-sender:\"a b; c\"@evil.example + email-domain:evil.example")]
    [InlineData("Doe, John <john@evil.example>", "email-sender:john@evil.example + email-domain:evil.example")]
    [InlineData("ceo@victim.example <john@evil.example>", "email-sender:john@evil.example + email-domain:evil.example")]
    [InlineData("\"ceo@victim.example, Ltd\" <john@evil.example>", "email-sender:john@evil.example + email-domain:evil.example")]
    public void Domain_of_an_address_follows_the_last_at(string value, string together) =>
        Assert.Equal([together], Given.Map("email-src", value).Combined());

    [Theory]
    [InlineData("AS64500", 64500)]
    [InlineData("as 64500", 64500)]
    [InlineData("1.10", 65546)]
    [InlineData("4294967295", 4294967295)]
    public void An_autonomous_system_is_a_number(string value, long number) =>
        Assert.Equal([$"as:{number}"], Given.Map("AS", value).Singles());

    [Theory]
    [InlineData("AS", "4294967296")]
    [InlineData("AS", "1.65536")]
    [InlineData("AS", "AS")]
    [InlineData("AS", "-1")]
    [InlineData("port", "0")]
    [InlineData("port", "65536")]
    [InlineData("port", "80,443")]
    [InlineData("port", "\u0663")]
    [InlineData("mac-address", "00:00:5e:00:53")]
    [InlineData("mac-address", "00:00:5e:00:53:0g")]
    [InlineData("mac-address", "00:00:5e:00:5301:")]
    [InlineData("mac-address", "00:00:5e-00:53:01")]
    [InlineData("mac-address", "00.00:5e00-5301")]
    [InlineData("filename", @"C:\Users\")]
    [InlineData("email-src", "bob@evil.example; al@evil.example")]
    [InlineData("email-src", "bob@evil.example, al@evil.example")]
    [InlineData("email-src", "bob@evil.example,al@evil.example")]
    [InlineData("email-src", "bob@evil.example al@evil.example")]
    [InlineData("email-src", "bob@evil.example\u00A0al@evil.example")]
    [InlineData("email-src", "bob@evil.example/al@evil.example")]
    [InlineData("email-src", "bob@evil.example|al@evil.example")]
    [InlineData("email-src", "Bob <bob@evil.example>, Al <al@evil.example>")]
    [InlineData("email-src", "bob@evil.example, Al <al@evil.example>")]
    [InlineData("email-src", "<bob@evil.example><al@evil.example>")]
    [InlineData("email-src", "mailto:bob@evil.example,al@evil.example")]
    [InlineData("email-src", "@evil.example")]
    [InlineData("email-src", "Bob <@evil.example>")]
    [InlineData("email-src", "mailto:@evil.example")]
    [InlineData("email-src", "mailto:")]
    [InlineData("email-src", "alice@")]
    [InlineData("email-src", "alice@evil[.]example")]
    [InlineData("email-src", "alice[at]evil.example")]
    [InlineData("email-src", "alice @evil.example")]
    [InlineData("email-src", "alice\u200Bbob@evil.example")]
    [InlineData("email-src", "alice\u202Ebob@evil.example")]
    [InlineData("email-src", "undisclosed recipients")]
    [InlineData("email", "bob@evil.example; al@evil.example")]
    [InlineData("email-dst", "bob@evil.example; al@evil.example")]
    [InlineData("email-reply-to", "bob@evil.example; al@evil.example")]
    [InlineData("email-src", "<>")]
    public void A_value_that_does_not_fit_its_type_is_invalid(string type, string value) =>
        Assert.Equal(["invalid-value"], Given.Map(type, value).Outcomes());

    [Theory]
    [InlineData("md5", 31)]
    [InlineData("imphash", 33)]
    [InlineData("sha1", 32)]
    [InlineData("pehash", 39)]
    [InlineData("sha224", 64)]
    [InlineData("sha256", 40)]
    [InlineData("sha512/256", 63)]
    [InlineData("authentihash", 40)]
    [InlineData("telfhash", 72)]
    [InlineData("sha384", 128)]
    [InlineData("sha512", 64)]
    [InlineData("cdhash", 39)]
    [InlineData("tlsh", 34)]
    [InlineData("x509-fingerprint-sha1", 32)]
    public void A_hash_of_the_wrong_length_is_invalid(string type, int length) =>
        Assert.Equal(["invalid-hash"], Given.Map(type, Examples.Hex(length)).Outcomes());

    [Theory]
    [InlineData("md5", "0123456789abcdef0123456789abcdeg")]
    [InlineData("ssdeep", "nothing")]
    [InlineData("ssdeep", "96:abc")]
    [InlineData("ssdeep", "x:abc:def")]
    [InlineData("ssdeep", "96:abc:def,\"a.exe\"")]
    [InlineData("impfuzzy", "::")]
    [InlineData("tlsh", "T2" + "0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void A_hash_of_the_wrong_form_is_invalid(string type, string value) =>
        Assert.Equal(["invalid-hash"], Given.Map(type, value).Outcomes());

    [Fact]
    public void Hashes_are_lower_case_unless_their_case_means_something()
    {
        Assert.Equal(["Md5:" + Examples.Hex(32)], Given.Map("md5", Examples.Hex(32).ToUpperInvariant()).Singles());
        Assert.Equal(["Ssdeep:3:AbC:dEf"], Given.Map("ssdeep", "3:AbC:dEf").Singles());
    }

    [Theory]
    [InlineData(":")]
    [InlineData(" ")]
    public void A_fingerprint_may_have_separators_between_its_bytes(string separator)
    {
        var separated = string.Join(separator, Examples.Hex(40).ToUpperInvariant().Chunk(2).Select(pair => new string(pair)));

        Assert.Equal(["x509-Sha1:" + Examples.Hex(40)], Given.Map("x509-fingerprint-sha1", "\u200E" + separated).Singles());
        Assert.Equal(["invalid-hash"], Given.Map("x509-fingerprint-sha1", separated[..30] + separator + separated[30..]).Outcomes());
        Assert.Equal(["invalid-hash"], Given.Map("x509-fingerprint-sha1", Examples.Hex(40).Insert(20, separator)).Outcomes());
    }

    [Theory]
    [InlineData("00005E005301")]
    [InlineData("00-00-5e-00-53-01")]
    [InlineData("0000.5e00.5301")]
    [InlineData("00005e-005301")]
    public void Hardware_address_is_normalised(string value) =>
        Assert.Equal(["mac:00:00:5e:00:53:01"], Given.Map("mac-address", value).Singles());

    [Theory]
    [InlineData("filename")]
    [InlineData("mutex")]
    [InlineData("regkey")]
    [InlineData("user-agent")]
    [InlineData("email-subject")]
    [InlineData("email-src")]
    public void Value_longer_than_the_limit_is_skipped_not_cut(string type)
    {
        Assert.Equal(["mapped"], Given.Map(type, new string('a', ValueText.MaxLength)).Outcomes());
        Assert.Equal(["invalid-value"], Given.Map(type, new string('a', ValueText.MaxLength + 1)).Outcomes());
    }
}
