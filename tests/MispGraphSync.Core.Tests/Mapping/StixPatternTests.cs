using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class StixPatternTests
{
    [Theory]
    [InlineData("[ipv4-addr:value = '192.0.2.7']", "ip:192.0.2.7")]
    [InlineData("[ipv4-addr:value='192.0.2.0/24']", "cidr:192.0.2.0/24")]
    [InlineData(" [ domain-name:value = 'EVIL.example' ] ", "domain:evil.example")]
    [InlineData("[url:value = 'http://evil.example/?a=b']", "url:http://evil.example/?a=b")]
    [InlineData("[email-addr:value = 'a@evil.example']", "email-sender:a@evil.example")]
    [InlineData(@"[windows-registry-key:key = 'HKLM\\Software\\It\'s']", @"regkey:HKLM\Software\It's")]
    [InlineData("[autonomous-system:number = 64500]", "as:64500")]
    [InlineData("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Evil/1.0']", "user-agent:Evil/1.0")]
    public void Pattern_of_one_comparison_gives_its_observable(string pattern, string alone)
    {
        var mapped = Given.Map("stix2-pattern", pattern);

        Assert.Equal([alone], mapped.Singles());
        Assert.Empty(mapped.Combined());
    }

    [Theory]
    [InlineData("file:hashes.MD5", 32, "Md5")]
    [InlineData("file:hashes.'SHA-1'", 40, "Sha1")]
    [InlineData("file:hashes.'SHA-256'", 64, "Sha256")]
    [InlineData("file:hashes.'SHA-512'", 128, "Sha512")]
    [InlineData("x509-certificate:hashes.'SHA-1'", 40, "x509-Sha1")]
    public void Hashes_are_found_under_their_names(string path, int length, string word) =>
        Assert.Equal([$"{word}:{Examples.Hex(length)}"], Given.Map("stix2-pattern", $"[{path} = '{Examples.Hex(length)}']").Singles());

    [Theory]
    [InlineData("[ipv4-addr:value = '192.0.2.7' OR ipv4-addr:value = '192.0.2.8']")]
    [InlineData("[ipv4-addr:value = '192.0.2.7'] AND [domain-name:value = 'evil.example']")]
    [InlineData("[ipv4-addr:value = '192.0.2.7'] WITHIN 5 SECONDS")]
    [InlineData("[ipv4-addr:value != '192.0.2.7']")]
    [InlineData("[ipv4-addr:value IN ('192.0.2.7')]")]
    [InlineData("[domain-name:value LIKE '%.example']")]
    [InlineData("[domain-name:value = 'evil.example]")]
    [InlineData("[domain-name:value = evil.example]")]
    [InlineData(@"[domain-name:value = 'evil.example\']")]
    [InlineData("[domain-name:value = '']")]
    [InlineData("[domain-name:value = '*.example']")]
    [InlineData("[process:pid = 4]")]
    [InlineData("[network-traffic:dst_port = 443]")]
    [InlineData("[=]")]
    [InlineData("[]")]
    [InlineData("evil.example")]
    public void Other_patterns_are_skipped(string pattern) =>
        Assert.Equal(["invalid-pattern"], Given.Map("stix2-pattern", pattern).Outcomes());
}
