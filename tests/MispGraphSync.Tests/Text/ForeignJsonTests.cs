using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Text;

public class ForeignJsonTests
{
    [Theory]
    [InlineData("""
        "\ud800"
        """, "\ufffd")]
    [InlineData("""
        "\uDC00x"
        """, "\ufffdx")]
    [InlineData("""
        "\ud83d\ude00"
        """, "\U0001F600")]
    [InlineData("""
        "\ud800\ud83d\ude00\ud83d"
        """, "\ufffd\U0001F600\ufffd")]
    [InlineData("""
        "\\ud800"
        """, "\\ud800")]
    public void Half_a_surrogate_pair_is_replaced(string json, string text)
    {
        using var document = ForeignJson.Parse(json);

        Assert.Equal(text, document.RootElement.GetString());
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_replaced()
    {
        using var document = ForeignJson.Parse(new byte[] { (byte)'"', 0xFF, (byte)'a', (byte)'"' });

        Assert.Equal("\ufffda", document.RootElement.GetString());
    }

    [Fact]
    public void Names_are_replaced_as_well()
    {
        using var document = ForeignJson.Parse("""{"a\ud800":1}""");

        Assert.Equal("a\ufffd", Assert.Single(document.RootElement.EnumerateObject()).Name);
    }
}
