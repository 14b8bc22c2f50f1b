using CsCheck;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public sealed class SpellingTests
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
    public void A_value_is_looked_for_in_every_spelling(string asked, string spelling) => Assert.Contains(spelling, Spellings.Of(asked));

    [Theory]
    [InlineData("http://evil.example/", "hxxp://evil[.]example/")]
    [InlineData("ABC", "abc")]
    public void What_was_skipped_is_looked_for_as_MISP_may_hold_it(string asked, string held) => Assert.Contains(held, Spellings.AsHeld(asked));

    [Theory]
    [InlineData("198.51.100.7", "ip-dst")]
    [InlineData("44d88612fea8a8f36de82e1278abb02f", "md5")]
    [InlineData("evil.example", "domain")]
    [InlineData("hxxp://evil[.]example/x", "url")]
    [InlineData("a@evil.example", "email-src")]
    [InlineData("Global\\mutex of theirs", "filename")]
    public void The_likeliest_type_comes_first(string asked, string type) => Assert.Equal(type, Candidates.Likely(asked)[0].Type);

    [Fact]
    public void No_text_whatever_makes_them_throw() => Gen.String.Sample(text =>
    {
        _ = Candidates.Of(text);
        _ = Candidates.Likely(text);
        _ = Spellings.AsHeld(text);
    });
}
