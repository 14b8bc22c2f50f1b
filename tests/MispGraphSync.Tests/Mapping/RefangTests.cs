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
    public void Refang_undoes_defanging(string defanged, string plain) => Assert.Equal(plain, Refang.Undo(defanged));
}
