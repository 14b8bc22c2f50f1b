using System.Text;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Http;

public class RetryAfterTests
{
    [Theory]
    [InlineData("Rate limit is exceeded. Try again in 12 seconds.", 12)]
    [InlineData("Try again in 7s", 7)]
    [InlineData("Try again in \u0663 seconds.", null)]
    [InlineData("Try again in 99999999 seconds.", null)]
    [InlineData("Try again later.", null)]
    public void Wait_is_read_from_the_words_of_an_answer(string words, int? seconds) =>
        Assert.Equal(seconds, (int?)RetryAfter.FromBody(Encoding.UTF8.GetBytes(words))?.TotalSeconds);
}
