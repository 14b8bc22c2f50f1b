using CsCheck;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public sealed class ValueVariantTests
{
    [Theory]
    [InlineData("hxxps://EVIL[.]example:8443/a", "https://EVIL.example:8443/a")]
    [InlineData("hxxps://EVIL[.]example:8443/a", "EVIL.example")]
    [InlineData("\"evil.example\"", "evil.example")]
    [InlineData("mailto:a@evil.example", "a@evil.example")]
    [InlineData("evil.example/x", "https://evil.example/x")]
    [InlineData("https://evil.example", "https://evil.example/")]
    [InlineData("https://evil.example/", "https://evil.example")]
    [InlineData("192.0.2.7:443", "192.0.2.7")]
    [InlineData("[2001:db8::7]:443", "2001:db8::7")]
    public void Value_has_all_its_variants(string asked, string spelling) => Assert.Contains(spelling, ValueVariants.Of(asked));

    [Theory]
    [InlineData("http://evil.example/", "hxxp://evil[.]example/")]
    [InlineData("ABC", "abc")]
    public void Variants_in_MISP_include_defanged_and_other_case(string asked, string held) =>
        Assert.Contains(held, ValueVariants.InMisp(asked));

    [Theory]
    [InlineData("198.51.100.7", "ip-dst")]
    [InlineData("44d88612fea8a8f36de82e1278abb02f", "md5")]
    [InlineData("evil.example", "domain")]
    [InlineData("hxxp://evil[.]example/x", "url")]
    [InlineData("a@evil.example", "email-src")]
    [InlineData("Global\\mutex of theirs", "filename")]
    public void Most_likely_type_is_first(string asked, string type) => Assert.Equal(type, TypeGuesses.Likely(asked)[0].Type);

    [Fact]
    public void Arbitrary_text_never_throws() => Gen.String.Sample(text =>
    {
        _ = TypeGuesses.Of(text);
        _ = TypeGuesses.Likely(text);
        _ = ValueVariants.InMisp(text);
    });

    [Theory]
    [InlineData("hXXps://evil[.]example/", "https://evil.example/")]
    [InlineData("evil(.)example", "evil.example")]
    [InlineData("alice[at]evil[dot]example", "alice@evil.example")]
    [InlineData("http[:]//evil.example", "http://evil.example")]
    [InlineData("hxxp[://]evil{.}example", "http://evil.example")]
    [InlineData("https://evil.example/", "https://evil.example/")]
    public void Refang_undoes_defanging(string defanged, string plain) => Assert.Equal(plain, ValueVariants.Refang(defanged));
}
