using MispGraphSync.Core.Mapping.Normalise;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class PublicSuffixTests
{
    [Theory]
    // Both sections, a top-level domain of today or of tomorrow, a wildcard, an internationalised one.
    [InlineData("com")]
    [InlineData("co.uk")]
    [InlineData("github.io")]
    [InlineData("s3.amazonaws.com")]
    [InlineData("tomorrow")]
    [InlineData("anything.ck")]
    [InlineData("anything.kawasaki.jp")]
    [InlineData("xn--55qx5d.cn")]
    [InlineData("xn--p1ai")]
    // The first and the last rule.
    [InlineData("aaa")]
    [InlineData("zw")]
    public void Name_under_which_anybody_can_register_is_a_public_suffix(string name) => Assert.True(PublicSuffixes.Contains(name));

    [Theory]
    [InlineData("amazonaws.com")]
    [InlineData("kawasaki.jp")]
    [InlineData("on.aws")]
    public void A_name_above_a_public_suffix_counts_as_one(string name) => Assert.True(PublicSuffixes.Contains(name));

    [Theory]
    [InlineData("contoso.com")]
    [InlineData("evil.co.uk")]
    [InlineData("evil.github.io")]
    [InlineData("www.anything.ck")]
    [InlineData("github.io.evil.com")]
    [InlineData("githubxio.com")]
    [InlineData("hub.io")]
    // Exceptions to a wildcard.
    [InlineData("www.ck")]
    [InlineData("city.kawasaki.jp")]
    [InlineData("www.city.kawasaki.jp")]
    public void A_name_of_one_owner_is_no_public_suffix(string name) => Assert.False(PublicSuffixes.Contains(name));

    [Fact]
    public void Names_of_any_length_are_accepted()
    {
        Assert.False(PublicSuffixes.Contains(string.Join('.', Enumerable.Repeat(new string('a', 62), 4)) + ".x"));
        Assert.False(PublicSuffixes.Contains(new string('a', 4_000)));
    }
}
