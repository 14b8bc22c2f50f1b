using MispGraphSync.Core.Mapping.Normalise;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class PunycodeTests
{
    // Samples of RFC 3492, section 7.1, and some of the registries' own.
    [Theory]
    [InlineData("\u4ED6\u4EEC\u4E3A\u4EC0\u4E48\u4E0D\u8BF4\u4E2D\u6587", "xn--ihqwcrb4cv8a8dqg056pqjye")]
    [InlineData(
        "\u05DC\u05DE\u05D4\u05D4\u05DD\u05E4\u05E9\u05D5\u05D8\u05DC"
            + "\u05D0\u05DE\u05D3\u05D1\u05E8\u05D9\u05DD\u05E2\u05D1\u05E8\u05D9\u05EA",
        "xn--4dbcagdahymbxekheh6e0a7fei0b")]
    [InlineData("3\u5E74B\u7D44\u91D1\u516B\u5148\u751F", "xn--3B-ww4c5e180e575a65lsy2b")]
    [InlineData("\u305D\u306E\u30B9\u30D4\u30FC\u30C9\u3067", "xn--d9juau41awczczp")]
    [InlineData("b\u00FCcher", "xn--bcher-kva")]
    [InlineData("\u2603", "xn--n3h")]
    [InlineData("\uD83D\uDE00", "xn--e28h")]
    [InlineData("\u05D01", "xn--1-zhc")]
    [InlineData("plain", "plain")]
    public void A_label_is_encoded_as_the_standard_says(string label, string encoded) => Assert.Equal(encoded, Punycode.Encode(label));

    [Fact]
    public void Label_that_would_be_too_long_is_refused()
    {
        Assert.Null(Punycode.Encode(new string('a', 64)));
        Assert.Null(Punycode.Encode(new string('\u4E2D', 4_000)));
    }
}
