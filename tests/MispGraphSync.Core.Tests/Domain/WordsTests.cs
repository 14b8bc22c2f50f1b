using MispGraphSync.Core.Domain;
using Xunit;

namespace MispGraphSync.Tests.Domain;

public sealed class WordsTests
{
    [Fact]
    public void TLP_has_the_words_of_tags_and_settings() =>
        Assert.Equal(["clear", "green", "amber", "amber+strict", "red"], Enum.GetValues<Tlp>().Select(tlp => tlp.Word()));

    [Fact]
    public void Hash_is_written_as_32_digits() =>
        Assert.Equal("000000000000000100000000000000ab", new Hash128(1, 0xAB).ToString());
}
