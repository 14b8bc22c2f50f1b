using MispGraphSync.Core.Mapping.Normalise;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class NormaliseTests
{
    [Theory]
    [InlineData("  evil.example\t", "evil.example")]
    [InlineData("\uFEFFevil.example\u200B", "evil.example")]
    [InlineData("evil\u0000.exa\u202Emple\u2069", "evil.example")]
    [InlineData("\u00A0evil.example\u3000", "evil.example")]
    [InlineData("e\u0301vil", "\u00E9vil")]
    [InlineData("two words", "two words")]
    [InlineData("\uD83D\uDE00", "\uD83D\uDE00")]
    [InlineData("\u200B \u200B", "")]
    public void Text_is_cleaned_of_what_cannot_be_seen(string text, string cleaned) => Assert.Equal(cleaned, Text.Clean(text));

    [Fact]
    public void Half_a_surrogate_pair_is_no_character()
    {
        // No attribute argument: those are stored as UTF-8, which has no halves.
        var half = ((char)0xD800).ToString();

        Assert.Equal("evil.example", Text.Clean("evil" + half + ".example" + half));
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
    public void Text_is_composed_canonically(string text, string composed) => Assert.Equal(composed, Canonical.Compose(text));

    [Theory]
    [InlineData("Republic.Example", "republic.example")]
    [InlineData("evil.example.", "evil.example")]
    [InlineData("_dmarc.evil.example", "_dmarc.evil.example")]
    [InlineData("localhost", "localhost")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("B\u00DCCHER.example", "xn--bcher-kva.example")]
    [InlineData("bu\u0308cher\u3002example", "xn--bcher-kva.example")]
    [InlineData("l\u00B7l.example", "xn--ll-0ea.example")]
    public void A_domain_comes_out_in_its_wire_form(string value, string domain) =>
        Assert.Equal(["domain:" + domain], Given.Map("domain", value).Alone());

    [Theory]
    [InlineData("*.evil.example")]
    [InlineData("http://evil.example")]
    [InlineData("evil example")]
    [InlineData("evil[.]example")]
    [InlineData("evil..example")]
    [InlineData(".evil.example")]
    [InlineData(".")]
    [InlineData("evil.example/path")]
    [InlineData("evil.example:443")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.300")]
    [InlineData("evil\u2026.example")]
    public void What_is_no_host_name_is_refused(string value) =>
        Assert.Equal(["invalid-domain"], Given.Map("domain", value).Fates());

    [Fact]
    public void A_name_ends_at_253_characters_and_a_label_at_63()
    {
        var label = new string('a', 63);
        var longest = string.Join('.', label, label, label, new string('a', 61));

        Assert.Equal(["mapped"], Given.Map("hostname", longest).Fates());
        Assert.Equal(["mapped"], Given.Map("hostname", longest + ".").Fates());
        Assert.Equal(["invalid-domain"], Given.Map("hostname", longest + "a").Fates());
        Assert.Equal(["invalid-domain"], Given.Map("hostname", label + "a.example").Fates());
        Assert.Equal(["invalid-domain"], Given.Map("hostname", new string('\u00FC', 64) + ".example").Fates());
    }

    [Theory]
    [InlineData("domain")]
    [InlineData("hostname")]
    public void A_name_that_is_an_address_is_read_as_a_destination(string type)
    {
        Assert.Equal(["ip-dst:192.0.2.7"], Given.Map(type, "192.0.2.7").Together());
        Assert.Equal(["ip-dst:2001:db8::7"], Given.Map(type, "[2001:DB8::7]").Alone());
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
    public void An_address_comes_out_in_one_form(string value, string observable) =>
        Assert.Equal([observable], Given.Map("ip-dst", value).Alone());

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
    public void What_is_no_address_is_refused(string value) =>
        Assert.Equal(["invalid-address"], Given.Map("ip-src", value).Fates());

    [Theory]
    [InlineData("HTTPS://Evil.Example/A?Q=B#C", "https://evil.example/A?Q=B#C")]
    [InlineData("http://User:Pass@EVIL.example:8080/", "http://User:Pass@evil.example:8080/")]
    [InlineData("ftp://evil.example", "ftp://evil.example")]
    [InlineData("http://[2001:DB8::7]:80/x", "http://[2001:db8::7]:80/x")]
    [InlineData("http://3221225991/x", "http://3221225991/x")]
    [InlineData("http://b\u00FCcher.example/\u00FC", "http://xn--bcher-kva.example/\u00FC")]
    [InlineData("http://evil.example?x=http://other.example/", "http://evil.example?x=http://other.example/")]
    [InlineData("http://evil.example/a%20b c", "http://evil.example/a%20b c")]
    public void Scheme_and_host_of_a_url_are_folded_and_the_rest_untouched(string value, string url) =>
        Assert.Equal(["url:" + url], Given.Map("url", value).Together());

    [Theory]
    [InlineData("WWW.evil.example", "www.evil.example")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("evil.example:8080/Gate.php", "evil.example:8080/Gate.php")]
    [InlineData("smb://192.0.2.7/Share", "smb://192.0.2.7/Share")]
    public void A_url_that_Graph_does_not_take_is_watched_alone(string value, string url)
    {
        var mapped = Given.Map("url", value);

        Assert.Empty(mapped.Together());
        Assert.Equal(["url:" + url], mapped.Alone());
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
    public void A_url_without_a_host_or_defanged_is_refused(string value) =>
        Assert.Equal(["invalid-url"], Given.Map("url", value).Fates());

    [Fact]
    public void A_uri_counts_only_when_it_is_absolute()
    {
        Assert.Equal(["invalid-url"], Given.Map("uri", "/gate.php").Fates());
        Assert.Equal(["invalid-url"], Given.Map("uri", "evil.example/gate.php").Fates());
        Assert.Equal(["url:http://evil.example/gate.php"], Given.Map("uri", "http://evil.example/gate.php").Together());
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
    public void The_domain_of_an_address_is_what_follows_the_last_at(string value, string together) =>
        Assert.Equal([together], Given.Map("email-src", value).Together());

    [Theory]
    [InlineData("AS64500", 64500)]
    [InlineData("as 64500", 64500)]
    [InlineData("1.10", 65546)]
    [InlineData("4294967295", 4294967295)]
    public void An_autonomous_system_is_a_number(string value, long number) =>
        Assert.Equal([$"as:{number}"], Given.Map("AS", value).Alone());

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
    [InlineData("email-src", "undisclosed recipients")]
    [InlineData("email", "bob@evil.example; al@evil.example")]
    [InlineData("email-dst", "bob@evil.example; al@evil.example")]
    [InlineData("email-reply-to", "bob@evil.example; al@evil.example")]
    [InlineData("email-src", "<>")]
    public void A_value_that_does_not_fit_its_type_is_invalid(string type, string value) =>
        Assert.Equal(["invalid-value"], Given.Map(type, value).Fates());

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
        Assert.Equal(["invalid-hash"], Given.Map(type, Examples.Hex(length)).Fates());

    [Theory]
    [InlineData("md5", "0123456789abcdef0123456789abcdeg")]
    [InlineData("ssdeep", "nothing")]
    [InlineData("ssdeep", "96:abc")]
    [InlineData("ssdeep", "x:abc:def")]
    [InlineData("ssdeep", "96:abc:def,\"a.exe\"")]
    [InlineData("impfuzzy", "::")]
    [InlineData("tlsh", "T2" + "0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void A_hash_of_the_wrong_form_is_invalid(string type, string value) =>
        Assert.Equal(["invalid-hash"], Given.Map(type, value).Fates());

    [Fact]
    public void Hashes_are_lower_case_unless_their_case_means_something()
    {
        Assert.Equal(["Md5:" + Examples.Hex(32)], Given.Map("md5", Examples.Hex(32).ToUpperInvariant()).Alone());
        Assert.Equal(["Ssdeep:3:AbC:dEf"], Given.Map("ssdeep", "3:AbC:dEf").Alone());
    }

    [Fact]
    public void A_fingerprint_may_have_colons_between_its_bytes()
    {
        var colons = string.Join(':', Examples.Hex(40).ToUpperInvariant().Chunk(2).Select(pair => new string(pair)));

        Assert.Equal(["x509-Sha1:" + Examples.Hex(40)], Given.Map("x509-fingerprint-sha1", colons).Alone());
    }

    [Theory]
    [InlineData("filename")]
    [InlineData("mutex")]
    [InlineData("regkey")]
    [InlineData("user-agent")]
    [InlineData("email-subject")]
    [InlineData("email-src")]
    public void A_value_longer_than_any_field_is_refused_and_never_cut(string type)
    {
        Assert.Equal(["mapped"], Given.Map(type, new string('a', Text.MaxLength)).Fates());
        Assert.Equal(["invalid-value"], Given.Map(type, new string('a', Text.MaxLength + 1)).Fates());
    }
}
