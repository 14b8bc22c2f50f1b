using Xunit;

namespace MispGraphSync.Tests;

public class TerminalTests
{
    [Fact]
    public void A_terminal_gets_colours_and_a_line_that_is_rewritten()
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
    public void The_environment_can_be_against_colours(string name, string value) => Assert.False(Of((name, value)).HasColor);

    [Fact]
    public void An_empty_NO_COLOR_says_nothing() => Assert.True(Of(("NO_COLOR", "")).HasColor);

    [Theory]
    [InlineData("TERM", "dumb")]
    [InlineData("CI", "true")]
    public void The_environment_can_be_against_rewriting(string name, string value) => Assert.False(Of((name, value)).RewritesProgress);

    [Fact]
    public void What_goes_to_a_file_has_no_colours_and_is_not_wrapped()
    {
        var terminal = new Terminal(new Dictionary<string, string>(), isOutputRedirected: true, isErrorRedirected: false);

        Assert.False(terminal.HasColor);
        Assert.True(terminal.Width(() => 80) > 1_000);
        Assert.True(terminal.RewritesProgress);
    }

    [Fact]
    public void A_program_that_shows_the_output_may_say_how_wide_it_does() =>
        Assert.Equal(76, new Terminal(new Dictionary<string, string> { ["COLUMNS"] = "76" }, isOutputRedirected: true, isErrorRedirected: true).Width(() => 80));

    private static Terminal Of(params (string Name, string Value)[] environment) =>
        new(environment.ToDictionary(one => one.Name, one => one.Value), isOutputRedirected: false, isErrorRedirected: false);
}
