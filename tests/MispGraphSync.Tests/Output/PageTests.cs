using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Output;

public class PageTests
{
    [Fact]
    public void What_fits_stays_as_it_is() => Assert.Equal("a  b c", Page.Wrapped("a  b c", 6));

    [Fact]
    public void A_line_breaks_between_words_and_goes_on_behind_its_label() =>
        Assert.Equal("  expire    3 today,\n            9 soon", Page.Wrapped("  expire    3 today, 9 soon", 24));

    [Fact]
    public void Without_a_label_what_goes_on_is_set_in() => Assert.Equal("one two\n  three", Page.Wrapped("one two three", 9));

    [Fact]
    public void A_number_stays_with_what_it_counts() =>
        Assert.Equal("  7  skipped: 5 rule,\n     1 invalid-url", Page.Wrapped("  7  skipped: 5 rule, 1 invalid-url", 23));

    [Fact]
    public void A_writer_breaks_each_line_once_it_is_whole()
    {
        using var output = new StringWriter();
        using var writer = new WrappedWriter(output, 12);

        writer.Write("note: ");
        writer.Write("one two three\nfour\n");

        Assert.Equal("note: one\n  two three\nfour\n", output.ToString());
    }

    [Fact]
    public void A_word_longer_than_the_line_stays_whole()
    {
        var url = "https://evil.example/" + new string('a', 60);

        Assert.Equal($"from\n  {url}\n  attribute", Page.Wrapped($"from {url} attribute", 30));
    }

    [Fact]
    public void Wide_characters_count_as_the_two_columns_they_take() => Assert.Equal("悪意のある\n  コード", Page.Wrapped("悪意のある コード", 12));

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Nothing_but_a_long_word_is_ever_wider_than_the_terminal(int width)
    {
        var text = string.Join(' ', Enumerable.Range(1, 200).Select(length => new string('x', length % 23)));

        Assert.All(Page.Wrapped(text, width).Split('\n'), line => Assert.InRange(Cells.Width(line), 0, width));
    }

    [Fact]
    public void Nothing_is_lost_by_breaking()
    {
        var text = "  12  skipped: 4 not-for-detection, 2 rule, 1 invalid-url";

        var words = Page.Wrapped(text, 30).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(text.Split(' ', StringSplitOptions.RemoveEmptyEntries), words);
    }

    [Fact]
    public void Colour_is_put_round_lines_that_are_broken_already()
    {
        var page = new Page(9, Ink.Ansi);

        page.Line("one two three", (ink, line) => ink.Bad(line));

        Assert.Equal(["\e[31mone two\e[0m", "\e[31m  three\e[0m"], page.ToString().ReplaceLineEndings("\n").Split('\n'));
    }

    [Fact]
    public void What_is_cut_ends_in_an_ellipsis_within_the_width()
    {
        Assert.Equal("abc…", Cells.Cut("abcdef", 4));
        Assert.Equal("悪…", Cells.Cut("悪意のある", 4));
    }
}
