using System.Text;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Http;

public class ErrorBodyTests
{
    [Fact]
    public void Code_of_an_error_is_one_line_without_tokens_as_its_words_are()
    {
        var error = ErrorBody.Read(Encoding.UTF8.GetBytes("""{"error":{"code":"a\r\nb eyJhbGciOiJub25lIn0.e30.x","message":"c\u001b"}}"""));

        Assert.Equal("a b ***: c", error.ToString());
    }
}
