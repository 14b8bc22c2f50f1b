using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Text;

public class TerminalTests
{
    [Fact]
    public void Terminal_gets_colours_and_a_rewritten_progress_line()
    {
        var terminal = Of();

        Assert.True(terminal.HasColor);
        Assert.True(terminal.RewritesProgress);
        Assert.Equal(97, terminal.Width(() => 97));
    }

    [Theory]
    [InlineData("NO_COLOR", "1")]
    [InlineData("TERM", "dumb")]
    [InlineData("CI", "true")]
    public void Environment_can_disable_colours(string name, string value) => Assert.False(Of((name, value)).HasColor);

    [Fact]
    public void Empty_NO_COLOR_is_ignored() => Assert.True(Of(("NO_COLOR", "")).HasColor);

    [Theory]
    [InlineData("TERM", "dumb")]
    [InlineData("CI", "true")]
    public void Environment_can_disable_the_rewritten_line(string name, string value) => Assert.False(Of((name, value)).RewritesProgress);

    [Fact]
    public void Redirected_output_has_no_colours_and_is_not_wrapped()
    {
        var terminal = new Terminal(new Dictionary<string, string>(), isOutputRedirected: true, isErrorRedirected: false);

        Assert.False(terminal.HasColor);
        Assert.True(terminal.Width(() => 80) > 1_000);
        Assert.True(terminal.RewritesProgress);
    }

    [Fact]
    public void COLUMNS_sets_the_width_of_redirected_output() =>
        Assert.Equal(76, new Terminal(
            new Dictionary<string, string> { ["COLUMNS"] = "76" }, isOutputRedirected: true, isErrorRedirected: true).Width(() => 80));

    private static Terminal Of(params (string Name, string Value)[] environment) =>
        new(environment.ToDictionary(one => one.Name, one => one.Value), isOutputRedirected: false, isErrorRedirected: false);
}
