using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Text;

public class WrappedTextTests
{
    [Fact]
    public void Line_that_fits_is_unchanged() => Assert.Equal("a  b c", WrappedText.Wrap("a  b c", 6));

    [Fact]
    public void Long_line_breaks_between_words_and_continues_after_its_label() =>
        Assert.Equal("  expire    3 today,\n            9 soon", WrappedText.Wrap("  expire    3 today, 9 soon", 24));

    [Fact]
    public void Continuation_without_a_label_is_indented() => Assert.Equal("one two\n  three", WrappedText.Wrap("one two three", 9));

    [Fact]
    public void Number_stays_with_the_word_it_counts() =>
        Assert.Equal("  7  skipped: 5 rule,\n     1 invalid-url", WrappedText.Wrap("  7  skipped: 5 rule, 1 invalid-url", 23));

    [Fact]
    public void Writer_wraps_each_complete_line()
    {
        using var output = new StringWriter();
        using var writer = new WrappingWriter(output, 12);

        writer.Write("note: ");
        writer.Write("one two three\nfour\n");

        Assert.Equal("note: one\n  two three\nfour\n", output.ToString());
    }

    [Fact]
    public void Word_longer_than_the_line_is_not_split()
    {
        var url = "https://evil.example/" + new string('a', 60);

        Assert.Equal($"from\n  {url}\n  attribute", WrappedText.Wrap($"from {url} attribute", 30));
    }

    [Fact]
    public void Wide_characters_count_as_two_columns() => Assert.Equal("悪意のある\n  コード", WrappedText.Wrap("悪意のある コード", 12));

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Only_a_long_word_exceeds_the_width(int width)
    {
        var text = string.Join(' ', Enumerable.Range(1, 200).Select(length => new string('x', length % 23)));

        Assert.All(WrappedText.Wrap(text, width).Split('\n'), line => Assert.InRange(TextWidth.Of(line), 0, width));
    }

    [Fact]
    public void Wrapping_loses_no_text()
    {
        var text = "  12  skipped: 4 not-for-detection, 2 rule, 1 invalid-url";

        var words = WrappedText.Wrap(text, 30).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), words);
    }

    [Fact]
    public void Colour_is_applied_to_each_wrapped_line()
    {
        var page = new WrappedText(9, AnsiStyle.Ansi);

        page.Line("one two three", page.Style.Red);

        Assert.Equal(["\e[31mone two\e[0m", "\e[31m  three\e[0m"], page.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void Truncated_text_ends_in_an_ellipsis_within_the_width()
    {
        Assert.Equal("abc…", TextWidth.Truncate("abcdef", 4));
        Assert.Equal("悪…", TextWidth.Truncate("悪意のある", 4));
    }
}
