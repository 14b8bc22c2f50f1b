using MispGraphSync.Core.Domain;
using Xunit;
using static MispGraphSync.Tests.Mapping.Given;

namespace MispGraphSync.Tests.Mapping;

public class ObjectMapTests
{
    private static readonly string Md5 = Examples.Hex(32), Sha1 = Examples.Hex(40), Sha256 = Examples.Hex(64);

    [Fact]
    public void A_file_gives_one_indicator_for_each_hash_and_all_share_its_details()
    {
        var mapped = Object(
            "file",
            Attribute("filename", @"C:\Temp\a.exe", "filename"),
            Attribute("md5", Md5, "md5"),
            Attribute("sha256", Sha256, "sha256"),
            Attribute("size-in-bytes", "1234", "size-in-bytes") with { ToIds = false },
            Attribute("text", @"C:\Temp\a.exe", "path"),
            Attribute("datetime", "2026-01-02T03:04:05.000000+0000", "compilation-timestamp") with { ToIds = false },
            Attribute("datetime", "2026-01-03T03:04:05Z", "creation-time") with { ToIds = false },
            Attribute("mime-type", "application/x-dosexec", "mimetype") with { ToIds = false },
            Attribute("float", "7.2", "entropy")).Map();

        const string details = @" + name:a.exe + size:1234 + path:C:\Temp\a.exe + compiled:2026-01-02 03:04:05Z"
            + " + created:2026-01-03 03:04:05Z + filetype:application/x-dosexec";
        Assert.Equal([$"Md5:{Md5}{details}", $"Sha256:{Sha256}{details}"], mapped.Combined());
        Assert.Equal([$"Md5:{Md5}", $"Sha256:{Sha256}"], mapped.Singles());
        Assert.Equal(["context", "mapped", "mapped", "context", "context", "context", "context", "context", "untyped"], mapped.Outcomes());
    }

    [Theory]
    [InlineData("12:30")]
    [InlineData("Jan 5")]
    [InlineData("5 March")]
    [InlineData("Monday")]
    [InlineData("yesterday")]
    public void Time_without_a_date_is_ignored(string value)
    {
        var mapped = Object("file", Attribute("md5", Md5, "md5"), Attribute("datetime", value, "compilation-timestamp")).Map();

        Assert.Equal([$"Md5:{Md5}"], mapped.Combined());
        Assert.Equal(["mapped", "invalid-value"], mapped.Outcomes());
    }

    [Fact]
    public void File_without_a_hash_is_detected_by_its_name()
    {
        var mapped = Object("file", Attribute("filename", "a.exe", "filename"), Attribute("size-in-bytes", "12", "size-in-bytes")).Map();

        Assert.Equal(["name:a.exe + size:12"], mapped.Combined());
        Assert.Equal(["name:a.exe"], mapped.Singles());
    }

    [Theory]
    [InlineData(true, true, false, "deleted")]
    [InlineData(false, false, false, "not-for-detection")]
    [InlineData(false, true, true, "warninglist")]
    public void File_whose_hash_was_filtered_is_not_detected_by_its_name(bool deleted, bool toIds, bool warned, string outcome)
    {
        var hash = Attribute("md5", Md5, "md5") with { Deleted = deleted, ToIds = toIds, OnWarninglist = warned };

        var mapped = Object("file", hash, Attribute("filename", "setup.exe", "filename")).Map();

        Assert.Equal([outcome, "weak-alone"], mapped.Outcomes());
        Assert.Empty(mapped.Sources);
    }

    [Fact]
    public void Detail_on_a_warninglist_is_not_in_the_indicator()
    {
        var name = Attribute("filename", "explorer.exe", "filename") with { OnWarninglist = true };

        var mapped = Object("file", name, Attribute("md5", Md5, "md5")).Map();

        Assert.Equal([$"Md5:{Md5}"], mapped.Combined());
        Assert.Equal(["warninglist", "mapped"], mapped.Outcomes());
    }

    [Fact]
    public void One_of_two_file_names_is_combined()
    {
        var mapped = Object(
            "file",
            Attribute("filename", "a.exe", "filename"),
            Attribute("filename", "b.exe", "filename"),
            Attribute("md5", Md5, "md5")).Map();

        Assert.Equal([$"Md5:{Md5} + name:a.exe"], mapped.Combined());
        Assert.Equal(["context", "weak-alone", "mapped"], mapped.Outcomes());
    }

    [Fact]
    public void Malware_sample_in_a_file_keeps_its_own_name()
    {
        var mapped = Object(
            "file", Attribute("filename", "other.exe", "filename"), Attribute("malware-sample", $"a.exe|{Md5}", "malware-sample")).Map();

        Assert.Equal([$"name:a.exe + Md5:{Md5}"], mapped.Combined());
    }

    [Fact]
    public void Hash_of_a_PE_header_is_not_a_file_hash()
    {
        var mapped = Object(
            "pe",
            Attribute("md5", Md5, "richpe"),
            Attribute("imphash", Md5, "imphash"),
            Attribute("filename", "explorer.exe", "original-filename"),
            Attribute("datetime", "2026-01-02T03:04:05Z", "compilation-timestamp")).Map();

        Assert.Equal([$"Imphash:{Md5} + compiled:2026-01-02 03:04:05Z"], mapped.Combined());
        Assert.Empty(mapped.Singles());
        Assert.Equal(["unsupported-relation", "mapped", "unsupported-relation", "context"], mapped.Outcomes());
    }

    [Fact]
    public void Domains_and_addresses_give_one_pair_each_and_one_single_each()
    {
        var mapped = Object(
            "domain-ip",
            Attribute("domain", "evil.example", "domain"),
            Attribute("hostname", "www.evil.example", "hostname"),
            Attribute("ip-dst", "192.0.2.7", "ip"),
            Attribute("ip-dst", "2001:db8::7", "ip"),
            Attribute("port", "443", "port")).Map();

        Assert.Equal(
            [
                "domain:evil.example + ip:192.0.2.7 + port:443",
                "domain:evil.example + ip:2001:db8::7 + port:443",
                "domain:www.evil.example + ip:192.0.2.7 + port:443",
                "domain:www.evil.example + ip:2001:db8::7 + port:443",
            ],
            mapped.Combined());
        Assert.Equal(["domain:evil.example", "domain:www.evil.example", "ip:192.0.2.7", "ip:2001:db8::7"], mapped.Singles());
        Assert.Equal(["mapped", "mapped", "mapped", "mapped", "context"], mapped.Outcomes());
    }

    [Fact]
    public void A_half_that_is_not_for_detection_adds_nothing_to_the_pair()
    {
        var mapped = Object(
            "domain-ip",
            Attribute("domain", "evil.example", "domain") with { ToIds = false },
            Attribute("ip-dst", "192.0.2.7", "ip"),
            Attribute("port", "443", "port") with { ToIds = false }).Map();

        Assert.Equal(["ip:192.0.2.7 + port:443"], mapped.Combined());
        Assert.Equal(["ip:192.0.2.7"], mapped.Singles());
        Assert.Equal(["not-for-detection", "mapped", "context"], mapped.Outcomes());
        Assert.Equal(Number(2), Assert.Single(mapped.Sources).Attribute);
    }

    [Theory]
    [InlineData("ip-port", "hostname", "shared.example", "hostname", "ip-dst", "192.0.2.7", "ip", "ip-dst:192.0.2.7")]
    [InlineData("network-connection", "ip-src", "198.51.100.7", "ip-src", "ip-dst", "192.0.2.7", "ip-dst", "ip-dst:192.0.2.7")]
    [InlineData("network-socket", "hostname", "shared.example", "hostname-dst", "ip-dst", "192.0.2.7", "ip-dst", "ip-dst:192.0.2.7")]
    [InlineData("http-request", "hostname", "shared.example", "host", "url", "http://evil.example/a", "url", "url:http://evil.example/a")]
    [InlineData("email", "domain", "shared.example", "from-domain", "ip-src", "192.0.2.7", "ip-src", "email-ip:192.0.2.7")]
    [InlineData("email", "email-dst", "a@example.com", "to", "ip-src", "192.0.2.7", "ip-src", "email-ip:192.0.2.7")]
    [InlineData("email", "email-src", "a@example.com", "from", "ip-src", "192.0.2.7", "ip-src", "email-ip:192.0.2.7")]
    [InlineData("file", "sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80701", "sha1", "imphash",
        "da39a3ee5e6b4b0d3255bfef95601890", "imphash",
        "Imphash:da39a3ee5e6b4b0d3255bfef95601890")]
    public void Matchable_attribute_is_combined_only_with_its_own_to_ids(
        string name, string type, string value, string relation, string mainType, string main, string mainRelation, string together)
    {
        var mapped = Object(name, Attribute(type, value, relation) with { ToIds = false }, Attribute(mainType, main, mainRelation)).Map();

        Assert.Equal([together], mapped.Combined());
        Assert.Equal(["not-for-detection", "mapped"], mapped.Outcomes());
    }

    [Fact]
    public void A_return_path_for_detection_counts_where_the_sender_is_not()
    {
        var mapped = Object(
            "email",
            Attribute("email-src", "ceo@example.com", "from") with { ToIds = false },
            Attribute("email-src", "bounce@evil.example", "return-path")).Map();

        Assert.Equal(["email-sender:bounce@evil.example + email-domain:evil.example"], mapped.Combined());
        Assert.Equal(["not-for-detection", "mapped"], mapped.Outcomes());
    }

    [Fact]
    public void Half_on_a_warninglist_leaves_the_other_half_single()
    {
        var mapped = Object(
            "domain-ip",
            Attribute("domain", "www.example.com", "domain") with { OnWarninglist = true },
            Attribute("ip-dst", "192.0.2.7", "ip")).Map();

        Assert.Equal(["ip:192.0.2.7"], mapped.Combined());
        Assert.Equal(["warninglist", "mapped"], mapped.Outcomes());
    }

    [Fact]
    public void Too_many_pairs_map_each_attribute_by_its_type()
    {
        static MispObject Pairs(int domains, int addresses) => Object(
            "domain-ip",
            [
                .. Enumerable.Range(0, domains).Select(i => Attribute("domain", $"d{i}.example", "domain")),
                .. Enumerable.Range(0, addresses).Select(i => Attribute("ip-dst", $"192.0.2.{i}", "ip")),
            ]);

        var (most, more) = (Pairs(25, 40).Map(), Pairs(26, 40).Map());

        Assert.Equal(1_000, most.Combined().Length);
        Assert.Equal(66, more.Combined().Length);
        Assert.All(more.Sources, source => Assert.Single(source.Combined));
    }

    [Fact]
    public void Excluded_roles_stay_excluded_with_too_many_pairs()
    {
        var urls = Object(
            "url",
            [.. Enumerable.Range(0, 1_001).Select(i => Attribute("url", $"http://evil.example/{i}", "url")),
                Attribute("domain", "evil.example", "domain")]);
        var hashes = Object(
            "file",
            [.. Enumerable.Range(0, 1_001).Select(i => Attribute("md5", $"{i:x32}", "md5")), Attribute("md5", Md5, "richpe")]);

        Assert.True(urls.Map().Sources[^1].IsHostOfUrl);
        Assert.Equal("unsupported-relation", hashes.Map().Outcomes()[^1]);
    }

    [Fact]
    public void Address_with_ports_has_source_and_destination()
    {
        var mapped = Object(
            "ip-port",
            Attribute("ip-dst", "192.0.2.7", "ip"),
            Attribute("port", "443", "dst-port"),
            Attribute("port", "8443", "dst-port"),
            Attribute("AS", "64500", "AS"),
            Attribute("hostname", "ptr.example.com", "ptr-record")).Map();

        Assert.Equal(
            ["ip-dst:192.0.2.7 + port-dst:443 + as-dst:64500", "ip-dst:192.0.2.7 + port-dst:8443 + as-dst:64500"], mapped.Combined());
        Assert.Equal(["ip-dst:192.0.2.7"], mapped.Singles());
        Assert.Equal(["mapped", "context", "context", "context", "unsupported-relation"], mapped.Outcomes());
    }

    [Fact]
    public void Autonomous_system_with_a_source_address_has_no_direction()
    {
        var mapped = Object("ip-port", Attribute("ip-src", "192.0.2.7", "ip-src"), Attribute("AS", "64500", "AS")).Map();

        Assert.Equal(["ip-src:192.0.2.7 + as:64500"], mapped.Combined());
    }

    [Fact]
    public void Host_of_a_url_is_an_indicator_only_with_its_own_to_ids()
    {
        var mapped = Object(
            "url",
            Attribute("url", "http://shared.example/evil", "url"),
            Attribute("domain", "shared.example", "domain"),
            Attribute("hostname", "www.shared.example", "host") with { ToIds = false },
            Attribute("port", "80", "port"),
            Attribute("ip-dst", "192.0.2.7", "ip"),
            Attribute("hostname", "cdn.example", "role-of-tomorrow")).Map(Context with { ToIdsOnly = false });

        Assert.Equal(["url:http://shared.example/evil + port:80", "domain:shared.example", "ip-dst:192.0.2.7", "domain:cdn.example"],
            mapped.Combined());
        Assert.Equal(
            ["url:http://shared.example/evil", "domain:shared.example", "ip-dst:192.0.2.7", "domain:cdn.example"], mapped.Singles());
        Assert.Equal(["mapped", "mapped", "not-for-detection", "context", "mapped", "mapped"], mapped.Outcomes());
        Assert.Equal([false, true, true, true], mapped.Sources.Select(source => source.IsHostOfUrl));
    }

    [Theory]
    [InlineData("domain", "github.io", "weak-alone")]
    [InlineData("hostname", "S3.AmazonAWS.com.", "weak-alone")]
    [InlineData("domain", "co.uk", "weak-alone")]
    [InlineData("domain|ip", "github.io|192.0.2.7", "weak-alone")]
    [InlineData("hostname", "evil.github.io", "mapped")]
    [InlineData("domain", "evil.example", "mapped")]
    public void Host_of_a_url_is_skipped_when_it_is_a_public_suffix(string type, string value, string outcome)
    {
        Assert.Equal([outcome], Object("url", Attribute(type, value, "domain")).Map().Outcomes());
        Assert.Equal([outcome], Object("shortened-link", Attribute(type, value, "domain")).Map().Outcomes());
    }

    [Theory]
    [InlineData(true, "warninglist")]
    [InlineData(false, "weak-alone")]
    public void Host_of_a_url_on_a_warninglist_is_always_skipped(bool enforce, string outcome)
    {
        var thing = Object("url", Attribute("domain", "shared.example", "domain") with { OnWarninglist = true });

        Assert.Equal([outcome], thing.Map(Context with { EnforceWarninglist = enforce }).Outcomes());
    }

    [Theory]
    [InlineData("url", "link", "https://blog.example/report", "url", "untyped")]
    [InlineData("url", "text", "http://evil.example/", "url", "untyped")]
    [InlineData("http-request", "link", "https://blog.example/report", "url", "untyped")]
    [InlineData("domain-ip", "text", "evil.example", "domain", "untyped")]
    [InlineData("domain-ip", "other", "192.0.2.7", "ip", "untyped")]
    [InlineData("email", "text", "bob@evil.example", "from", "untyped")]
    [InlineData("file", "text", "setup.exe", "filename", "untyped")]
    [InlineData("file", "hex", "00", "size-in-bytes", "untyped")]
    [InlineData("email", "email-body", "Dear customer", "subject", "free-text")]
    [InlineData("process", "pdb", "a.exe", "image", "unsupported-type")]
    [InlineData("mutex", "link", "https://blog.example/report", "name", "untyped")]
    [InlineData("mutex", "named pipe", "pipe", "name", "unsupported-type")]
    public void Excluded_type_is_skipped_in_any_role(string name, string type, string value, string relation,
        string outcome)
    {
        var mapped = Object(name, Attribute(type, value, relation)).Map();

        Assert.Equal([outcome], mapped.Outcomes());
        Assert.Empty(mapped.Sources);
    }

    [Theory]
    [InlineData("url", "domain", "evil.example", "url", "domain:evil.example")]
    [InlineData("domain-ip", "domain|ip", "evil.example|192.0.2.7", "domain", "domain:evil.example + ip:192.0.2.7")]
    [InlineData("domain-ip", "ip-dst|port", "192.0.2.7|443", "ip", "ip-dst:192.0.2.7 + port-dst:443")]
    [InlineData("ip-port", "domain", "evil.example", "ip", "domain:evil.example")]
    [InlineData("http-request", "uri", "http://evil.example/a", "url", "url:http://evil.example/a")]
    public void An_attribute_whose_type_does_not_fit_its_role_maps_by_its_type(
        string name, string type, string value, string relation, string together) =>
        Assert.Equal([together], Object(name, Attribute(type, value, relation)).Map().Combined());

    [Theory]
    [InlineData("victim", "domain", "victim.example", "domain")]
    [InlineData("victim", "ip-dst", "192.0.2.7", "ip-address")]
    [InlineData("victim", "url", "http://victim.example/", "role-of-tomorrow")]
    [InlineData("victim", "domain", "victim.example", null)]
    [InlineData("person", "email-src", "alice@example.com", "e-mail")]
    [InlineData("person", "ip-src", "192.0.2.7", "ip-src")]
    [InlineData("person_v2", "email-src", "alice@example.com", "e-mail")]
    [InlineData("ftm-Person", "url", "https://alice.example/", "website")]
    [InlineData("target-system", "ip-src", "192.0.2.7", "targeted_ip_of_system")]
    [InlineData("ddos", "domain", "victim.example", "domain-dst")]
    [InlineData("ddos", "ip-dst", "192.0.2.7", "ip-dst")]
    public void Victim_and_person_attributes_are_never_sent(string name, string type, string value, string? relation)
    {
        var thing = Object(name, Attribute(type, value, relation));

        Assert.Equal(["victim-data"], thing.Map().Outcomes());
        Assert.Equal(["victim-data"], thing.Map(new("test", Number(0xE), ToIdsOnly: false, EnforceWarninglist: false)).Outcomes());
        Assert.Empty(thing.Map().Sources);
        var context = new Core.Mapping.MapContext("test", Number(0xE), ToIdsOnly: true, EnforceWarninglist: true, ForRules: true);
        Assert.Empty(thing.Map(context).Sources);
        Assert.Empty(Object(name, Attribute(type, value, relation) with { ToIds = false }).Map(context).Sources);
    }

    [Fact]
    public void Victim_attributes_keep_earlier_reasons()
    {
        var mapped = Object(
            "victim",
            Attribute("domain", "victim.example", "domain") with { ToIds = false },
            Attribute("target-org", "Corp", "name"),
            Attribute("text", "A bank", "description"),
            Attribute("ip-dst", "192.0.2.7", "ip-address") with { Deleted = true }).Map();

        Assert.Equal(["not-for-detection", "victim-data", "untyped", "deleted"], mapped.Outcomes());
    }

    [Fact]
    public void Source_of_an_attack_is_not_a_victim() =>
        Assert.Equal(["ip-src:192.0.2.7"], Object("ddos", Attribute("ip-src", "192.0.2.7", "ip-src")).Map().Singles());

    [Theory]
    [InlineData("whois", "hostname", "ns1.example.com", "nameserver")]
    [InlineData("ddos-config", "hostname", "target.example", "host")]
    [InlineData("ddos-config", "ip-dst", "192.0.2.7", "ip")]
    [InlineData("network-profile", "hostname", "ns1.example.com", "dns-server")]
    [InlineData("apivoid-email-verification", "domain", "example.com", "domain")]
    [InlineData("apivoid-email-verification", "email", "alice@example.com", "email")]
    [InlineData("ransom-negotiation", "url", "http://chat.example/", "chatsite")]
    [InlineData("trusted-timestamp", "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b850", "hash-sha256")]
    [InlineData("virustotal-submission", "filename", "a.exe", "filename")]
    [InlineData("flowintel-task", "url", "http://tasks.example/", "url")]
    public void A_role_that_misps_template_excludes_is_context(string name, string type, string value, string relation)
    {
        var thing = Object(name, Attribute(type, value, relation));

        Assert.Equal(["context"], thing.Map().Outcomes());
        Assert.Equal(["context"], thing.Map(Context with { ToIdsOnly = false }).Outcomes());
        Assert.Empty(thing.Map().Sources);
    }

    [Theory]
    [InlineData("whois", "domain", "evil.example", "domain")]
    [InlineData("ddos-config", "url", "http://evil.example/", "role-of-tomorrow")]
    [InlineData("network-profile", "domain", "evil.example", "domain")]
    public void Other_roles_of_an_object_with_a_context_role_map_by_their_type(string name, string type, string value, string relation) =>
        Assert.Equal(["mapped"], Object(name, Attribute(type, value, relation)).Map().Outcomes());

    [Fact]
    public void Mail_is_one_combined_indicator()
    {
        var mapped = Object(
            "email",
            Attribute("email-src", "a@evil.example", "from"),
            Attribute("email-src", "bounce@evil.example", "return-path"),
            Attribute("email-src-display-name", "The Bank", "from-display-name"),
            Attribute("email-subject", "Your invoice", "subject"),
            Attribute("email-x-mailer", "Evil Mailer", "x-mailer"),
            Attribute("email-attachment", "invoice.zip", "attachment"),
            Attribute("email-dst", "victim@example.com", "to") with { ToIds = false },
            Attribute("email-dst", "other@example.com", "to"),
            Attribute("email-dst", "third@example.com", "cc"),
            Attribute("email-reply-to", "b@evil.example", "reply-to"),
            Attribute("ip-src", "192.0.2.7", "ip-src"),
            Attribute("email-body", "Dear customer", "email-body")).Map();

        Assert.Equal(
            [
                "email-sender:a@evil.example + email-domain:evil.example + email-ip:192.0.2.7 + email-name:The Bank"
                    + " + subject:Your invoice + x-mailer:Evil Mailer + name:invoice.zip + email-recipient:other@example.com",
            ],
            mapped.Combined());
        Assert.Equal(["email-sender:a@evil.example", "email-replyto:b@evil.example", "ip-src:192.0.2.7"], mapped.Singles());
        Assert.Equal(
            [
                "mapped", "unsupported-relation", "context", "context", "context", "context", "not-for-detection", "context",
                "unsupported-relation", "mapped", "mapped", "free-text",
            ],
            mapped.Outcomes());
    }

    [Fact]
    public void A_mail_without_a_sender_has_its_return_path()
    {
        var mapped = Object(
            "email",
            Attribute("email-src", "a@evil.example", "return-path"),
            Attribute("domain", "other.example", "from-domain")).Map();

        Assert.Equal(["email-domain:other.example + email-sender:a@evil.example"], mapped.Combined());
        Assert.Equal(["email-sender:a@evil.example"], mapped.Singles());
    }

    [Fact]
    public void Mail_with_only_a_subject_is_detected_by_it()
    {
        var mapped = Object("email", Attribute("email-subject", "Your invoice", "subject")).Map();

        Assert.Equal(["subject:Your invoice"], mapped.Combined());
    }

    [Theory]
    [InlineData("network-connection", "layer4-protocol")]
    [InlineData("network-socket", "protocol")]
    public void A_connection_is_one_indicator_of_both_ends(string name, string protocol)
    {
        var mapped = Object(
            name,
            Attribute("ip-src", "192.0.2.7", "ip-src"),
            Attribute("ip-dst", "198.51.100.7", "ip-dst"),
            Attribute("port", "1024", "src-port"),
            Attribute("port", "443", "dst-port"),
            Attribute("text", "TCP", protocol) with { ToIds = false },
            Attribute("hostname", "c2.example", "hostname-dst"),
            Attribute("hostname", "pc.example.com", "hostname-src"),
            Attribute("size-in-bytes", "1234", "dst-bytes-count")).Map();

        Assert.Equal(
            ["ip-dst:198.51.100.7 + ip-src:192.0.2.7 + domain:c2.example + port-dst:443 + port-src:1024 + protocol:6"], mapped.Combined());
        Assert.Equal(["ip-src:192.0.2.7", "ip-dst:198.51.100.7", "domain:c2.example"], mapped.Singles());
        Assert.Equal(
            ["mapped", "mapped", "context", "context", "context", "mapped", "unsupported-relation", "weak-alone"], mapped.Outcomes());
    }

    [Theory]
    [InlineData("tcp", 6)]
    [InlineData("UDP", 17)]
    [InlineData("icmp", 1)]
    [InlineData("ICMPv6", 58)]
    [InlineData("47", 47)]
    public void A_protocol_has_a_number(string text, int number)
    {
        var mapped = Object(
            "network-connection", Attribute("ip-dst", "192.0.2.7", "ip-dst"), Attribute("text", text, "layer4-protocol")).Map();

        Assert.Equal([$"ip-dst:192.0.2.7 + protocol:{number}"], mapped.Combined());
    }

    [Fact]
    public void Names_in_a_certificate_need_their_own_to_ids()
    {
        var thing = Object(
            "x509",
            Attribute("x509-fingerprint-sha1", Sha1, "x509-fingerprint-sha1"),
            Attribute("hostname", "www.example.com", "dns_names") with { ToIds = false },
            Attribute("hostname", "evil.example", "dns_names"),
            Attribute("uri", "http://ocsp.example.com/", "ocsp_server"));

        var mapped = thing.Map(Context with { ToIdsOnly = false });

        Assert.Equal([$"x509-Sha1:{Sha1}", "domain:evil.example"], mapped.Singles());
        Assert.Equal(["mapped", "not-for-detection", "mapped", "unsupported-relation"], mapped.Outcomes());
    }

    [Fact]
    public void A_request_is_one_indicator_of_address_agent_and_host()
    {
        var mapped = Object(
            "http-request",
            Attribute("url", "http://evil.example/gate", "url"),
            Attribute("user-agent", "Evil/1.0", "user-agent"),
            Attribute("hostname", "evil.example", "host"),
            Attribute("ip-dst", "192.0.2.7", "ip-dst"),
            Attribute("http-method", "POST", "method"),
            Attribute("uri", "/gate", "uri")).Map();

        Assert.Equal(["url:http://evil.example/gate + domain:evil.example + ip-dst:192.0.2.7 + user-agent:Evil/1.0"], mapped.Combined());
        Assert.Equal(["url:http://evil.example/gate", "domain:evil.example", "ip-dst:192.0.2.7"], mapped.Singles());
        Assert.Equal(["mapped", "context", "mapped", "mapped", "unsupported-type", "invalid-url"], mapped.Outcomes());
    }

    [Fact]
    public void Only_the_image_of_a_process_is_mapped()
    {
        var mapped = Object(
            "process",
            Attribute("filename", @"C:\Temp\a.exe", "image"),
            Attribute("filename", "explorer.exe", "parent-image"),
            Attribute("text", "a.exe /x", "command-line")).Map();

        Assert.Equal(["name:a.exe"], mapped.Combined());
        Assert.Equal(["mapped", "unsupported-relation", "untyped"], mapped.Outcomes());
    }

    [Fact]
    public void Text_in_the_name_of_a_mutex_object_is_a_mutex()
    {
        var mapped = Object("mutex", Attribute("text", "one-of-us", "name"), Attribute("text", "A note", "description")).Map();

        Assert.Equal(["mutex:one-of-us"], mapped.Combined());
        Assert.Equal(["mapped", "untyped"], mapped.Outcomes());
    }

    [Fact]
    public void Role_never_overrides_an_excluded_type()
    {
        var mapped = Object("mutex", Attribute("passport-number", "X1234567", "name"), Attribute("target-user", "alice", "name")).Map();

        Assert.Equal(["personal-data", "victim-data"], mapped.Outcomes());
    }

    [Theory]
    [InlineData("registry-key", "regkey", @"HKLM\Software\Evil", "key", @"regkey:HKLM\Software\Evil")]
    [InlineData("asn", "AS", "AS64500", "asn", "as:64500")]
    [InlineData("asn", "ip-src", "192.0.2.0/24", "subnet-announced", "cidr-src:192.0.2.0/24")]
    [InlineData("object-of-tomorrow", "domain", "evil.example", "thing", "domain:evil.example")]
    [InlineData("domain-ip", "domain", "evil.example", null, "domain:evil.example")]
    public void Attribute_without_a_template_maps_by_its_type(string name, string type, string value, string? relation, string alone) =>
        Assert.Equal([alone], Object(name, Attribute(type, value, relation)).Map().Singles());

    [Fact]
    public void Attributes_of_a_deleted_object_are_deleted()
    {
        var thing = Object("domain-ip", Attribute("domain", "evil.example", "domain"), Attribute("comment", "x")) with { Deleted = true };

        Assert.Equal(["deleted", "deleted"], thing.Map().Outcomes());
    }

    [Fact]
    public void A_combination_has_the_latest_time_all_tags_and_the_objects_comment()
    {
        var domain = Attribute("domain", "evil.example", "domain") with
        {
            Timestamp = DateTimeOffset.FromUnixTimeSeconds(10),
            FirstSeen = DateTimeOffset.FromUnixTimeSeconds(5),
            Tags = [new("tlp:green"), new("a")],
            Comment = "of the domain",
        };
        var address = Attribute("ip-dst", "192.0.2.7", "ip") with
        {
            Timestamp = DateTimeOffset.FromUnixTimeSeconds(20),
            FirstSeen = DateTimeOffset.FromUnixTimeSeconds(4),
            LastSeen = DateTimeOffset.FromUnixTimeSeconds(6),
            Tags = [new("tlp:red"), new("a")],
            Galaxies = [new("threat-actor", "Sofacy")],
        };

        var mapped = (Object("domain-ip", domain, address) with { Comment = "of the object" }).Map();

        var pair = mapped.Sources[0];
        Assert.Equal(["tlp:green", "a", "tlp:red"], pair.Tags.Select(tag => tag.Name));
        Assert.Equal("Sofacy", Assert.Single(pair.Galaxies).Value);
        Assert.Equal((address.Timestamp, address.FirstSeen, address.LastSeen), (pair.Timestamp, pair.FirstSeen, pair.LastSeen));
        Assert.Equal("of the object", pair.Comment);
    }

    [Fact]
    public void Single_source_has_only_its_own_tags()
    {
        var domain = Attribute("domain", "evil.example", "domain") with { Tags = [new("tlp:green")] };
        var address = Attribute("ip-dst", "192.0.2.7", "ip") with { Tags = [new("tlp:red")] };

        var sources = Object("domain-ip", domain, address).Map().Sources;
        var twice = Object("domain-ip", domain with { Tags = [new("a"), new("a")] }, address).Map().Sources;

        Assert.Equal(["a", "a"], twice.Single(source => source.Single is Observable.DomainName).Tags.Select(tag => tag.Name));
        Assert.Equal(["tlp:green"], sources.Single(source => source.Single is Observable.DomainName).Tags.Select(tag => tag.Name));
        Assert.Equal([0, 1, 0], sources.Select(source => source.Part));
    }

    [Fact]
    public void Repeated_uuid_in_an_object_gives_different_parts()
    {
        var twin = Attribute("domain", "evil.example", "domain") with { Uuid = Number(9) };
        var thing = new MispObject { Name = "domain-ip", Attributes = [twin, twin with { Value = "other.example" }] };

        Assert.Equal([0, 1], thing.Map().Sources.Select(source => source.Part));
    }
}
