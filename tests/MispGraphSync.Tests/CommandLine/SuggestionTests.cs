using Xunit;

namespace MispGraphSync.Tests.CommandLine;

public sealed class SuggestionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-").FullName;

    [Theory]
    [InlineData("pu", "purge push")]
    [InlineData("config i", "import init")]
    [InlineData("push --dr", "--dry-run")]
    [InlineData("verify --rep", "--repair")]
    [InlineData("read --output ", "csv json jsonl table")]
    [InlineData("plan --output js", "json jsonl")]
    [InlineData("plan --output=js", "--output=json --output=jsonl")]
    [InlineData("completions ", "bash fish powershell zsh")]
    [InlineData("push --destination ", "defender sentinel-eu")]
    [InlineData("push --destination def", "defender")]
    [InlineData("purge --destination s", "sentinel-eu")]
    [InlineData("push --config other.json --destination ", "elsewhere")]
    [InlineData("push --config ", "")]
    [InlineData("verify --adopt ", "earlier-app misp2sentinel python-sample")]
    [InlineData("errors --run ", "")]
    [InlineData("config import config.py --kind ", "defender graph sentinel")]
    [InlineData("config import ", "")]
    public async Task Matching_words_are_suggested(string line, string words)
    {
        Write("config.json", "defender", "sentinel-eu");
        Write("other.json", "elsewhere");

        var suggested = await Typed.AtAsync(_folder, 80, "[suggest]", line);

        Assert.Equal(words, string.Join(' ', suggested.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal((0, ""), (suggested.Code, suggested.Error));
    }

    [Fact]
    public async Task Faulty_settings_give_no_suggestions_and_no_errors()
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), "{ \"destinations\": [ { \"name\": \"$(touch owned)\" ");

        var suggested = await Typed.AtAsync(_folder, 80, "[suggest]", "push --destination ");

        Assert.Equal((0, "", ""), (suggested.Code, suggested.Out, suggested.Error));
    }

    [Fact]
    public async Task Text_after_the_cursor_is_ignored()
    {
        var suggested = await Typed.AtAsync(_folder, 80, "[suggest:3]", "ver --repair");

        Assert.Equal("verify\n", suggested.Out);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string file, params string[] names) => Typed.WriteSettings(Path.Combine(_folder, file), names);
}
