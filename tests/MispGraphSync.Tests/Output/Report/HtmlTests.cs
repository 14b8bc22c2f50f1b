using MispGraphSync.Output.Report;
using Xunit;

namespace MispGraphSync.Tests.Output.Report;

public class HtmlTests
{
    [Fact]
    public void Interpolated_values_are_escaped()
    {
        var hostile = "\"><script>alert('x')</script>&amp;";

        Assert.Equal(
            "<p title=\"&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;\">",
            Written(html => html.Write($"<p title=\"{hostile}\">")));
    }

    [Fact]
    public void Control_and_bidi_characters_are_escaped() =>
        Assert.Equal("a\\u202Eb\\u0000\\u000Ac", Written(html => html.Write($"{"a\u202Eb\0\nc"}")));

    [Fact]
    public void Very_long_value_is_truncated()
    {
        var megabyte = new string('<', 1_000_000);

        Assert.Equal("&lt;&lt;&lt;…", Written(html => html.Write($"{megabyte,3}")));
        Assert.Equal((4 * 300) + 1, Written(html => html.Write($"{megabyte}")).Length);
    }

    [Fact]
    public void Numbers_have_thousands_separators_and_coordinates_have_none() =>
        Assert.Equal("1,234,567 0.33", Written(html => html.Write($"{1_234_567L} {1.0 / 3}")));

    private static string Written(Action<Html> write)
    {
        using var text = new StringWriter();
        write(new Html(text));
        return text.ToString();
    }
}
