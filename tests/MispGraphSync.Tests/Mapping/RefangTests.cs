using MispGraphSync.Core.Mapping.Normalise;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class RefangTests
{
    [Theory]
    [InlineData("hXXps://evil[.]example/", "https://evil.example/")]
    [InlineData("evil(.)example", "evil.example")]
    [InlineData("alice[at]evil[dot]example", "alice@evil.example")]
    [InlineData("http[:]//evil.example", "http://evil.example")]
    [InlineData("hxxp[://]evil{.}example", "http://evil.example")]
    [InlineData("https://evil.example/", "https://evil.example/")]
    public void Defanging_can_be_undone_to_show_what_was_meant(string defanged, string plain) => Assert.Equal(plain, Refang.Undo(defanged));
}
