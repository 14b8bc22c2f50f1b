using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Text;

public sealed class CsvTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData(null, "")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    [InlineData("red\u001B[31m\u0007\u009B", "red\\u001B[31m\\u0007\\u009B")]
    public void Cell_can_neither_compute_nor_write_to_a_terminal(string? text, string cell) =>
        Assert.Equal($"x,{cell}", Csv.Row("x", text));
}
