using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.CommandLine;

public class HelpTests
{
    public static TheoryData<string> Verbs => [.. All().Select(command => command.Verb)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_of_each_verb_matches_its_snapshot(string verb)
    {
        var help = await Typed.AsAsync([.. Words(verb), "--help"]);

        Assert.Equal((0, ""), (help.Code, help.Error));
        TextSnapshot.Matches(help.Out, verb.Length == 0 ? "help" : "help-" + verb.Replace(' ', '-'));
        Assert.All(help.Out.Split('\n').Where(line => !line.StartsWith("  misp-graph ", StringComparison.Ordinal)), line =>
            Assert.InRange(line.Length, 0, 80));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Each_verb_has_examples_that_parse(string verb)
    {
        var examples = HelpExample.Of(verb);

        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            var parsed = Root().Parse(example.Command.Split(" >")[0]);
            Assert.True(parsed.Errors.Count == 0, $"{example.Command}: {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
            if (verb.Length > 0 && parsed.CommandResult.Command.Subcommands.Count == 0) Assert.StartsWith(
                verb, HelpText.VerbOf(parsed.CommandResult.Command), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Each_option_has_a_description_and_a_value_name(string verb)
    {
        var command = All().Single(one => one.Verb == verb).Command;

        Assert.All(command.Options, option =>
        {
            Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{option.Name} has no description.");
            if (option.ValueType != typeof(bool) && option.ValueType != typeof(void)) Assert.False(
                string.IsNullOrEmpty(option.HelpName), $"{option.Name} does not say what it takes.");
        });
    }

    [Fact]
    public async Task No_verb_prints_help_and_exits_2()
    {
        var alone = await Typed.AsAsync();

        Assert.Equal(ExitCodes.Of(RunOutcome.InvalidInput), alone.Code);
        Assert.Equal((await Typed.AsAsync("--help")).Out, alone.Out);
    }

    [Fact]
    public async Task Verb_without_its_second_word_prints_help_and_exits_2()
    {
        var alone = await Typed.AsAsync("config");

        Assert.Equal((ExitCodes.Of(RunOutcome.InvalidInput), ""), (alone.Code, alone.Error));
        Assert.Equal((await Typed.AsAsync("config", "--help")).Out, alone.Out);
    }

    [Theory]
    [InlineData("help", "--help")]
    [InlineData("help push", "push --help")]
    [InlineData("help config init", "config init --help")]
    [InlineData("version", "--version")]
    public async Task Help_and_version_are_commands_too(string typed, string option)
    {
        var byWord = await Typed.AsAsync(Words(typed));

        Assert.Equal(await Typed.AsAsync(Words(option)), byWord);
        Assert.Equal(0, byWord.Code);
    }

    [Fact]
    public async Task Mistyped_verb_points_to_the_help()
    {
        var mistyped = await Typed.AsAsync("pusch");

        Assert.Equal(ExitCodes.Of(RunOutcome.InvalidInput), mistyped.Code);
        Assert.Equal("error: There is no command 'pusch'. Did you mean 'push'?\n       Try 'misp-graph --help'.\n", mistyped.Error);
    }

    [Theory]
    [InlineData("config inti", "There is no command 'config inti'. Did you mean 'config init'?", "config --help")]
    [InlineData("init", "There is no command 'init'. Did you mean 'config init'?", "--help")]
    [InlineData("help pusch", "There is no command 'pusch'. Did you mean 'push'?", "--help")]
    [InlineData("push --inpt x", "There is no option '--inpt' of 'push'. Did you mean '--input'?", "push --help")]
    [InlineData("push --destination", "--destination needs a value: NAME.", "push --help")]
    [InlineData("push --wait 1m --wait 2m", "--wait is given more than once.", "push --help")]
    [InlineData("push --full=no", "'push' takes no argument 'no'.", "push --help")]
    [InlineData("errors --run abc", "--run: 'abc' is not a whole number of 0 or more.", "errors --help")]
    [InlineData("status --runs=-1", "--runs: '-1' is not a whole number of 0 or more.", "status --help")]
    [InlineData("explain", "'explain' needs VALUE|UUID.", "explain --help")]
    [InlineData("config import", "'config import' needs FILE.", "config import --help")]
    [InlineData("push --dry", "There is no option '--dry' of 'push'. Did you mean '--dry-run'?", "push --help")]
    [InlineData("push --ful", "There is no option '--ful' of 'push'. Did you mean '--full'?", "push --help")]
    [InlineData("push --no-colour", "There is no option '--no-colour' of 'push'. Did you mean '--no-color'?", "push --help")]
    [InlineData("push --wholly-unknown", "There is no option '--wholly-unknown' of 'push'.", "push --help")]
    [InlineData("push stray", "'push' takes no argument 'stray'.", "push --help")]
    [InlineData("completions tcsh", "'tcsh' is not one of: bash, zsh, fish, powershell.", "completions --help")]
    public async Task Mistyped_word_is_reported_once_with_a_suggestion(string typed, string answer, string help)
    {
        var mistyped = await Typed.AsAsync(Words(typed));

        Assert.Equal(ExitCodes.Of(RunOutcome.InvalidInput), mistyped.Code);
        Assert.Equal($"error: {answer} Try 'misp-graph {help}'.\n", mistyped.Error.Replace("\n       ", " ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_lists_the_formats_that_the_verb_writes(string verb)
    {
        if (OutputFormats.Of(verb.Split(' ')[^1]) is not { Count: > 0 } formats) return;
        var needed = All().Single(one => one.Verb == verb).Command.Arguments.Select(_ => "evil.example");

        var folder = Directory.CreateTempSubdirectory("misp-graph-");
        Typed.WriteSettings(Path.Combine(folder.FullName, "config.json"), "defender");

        var refused = await Typed.AtAsync(folder.FullName, 80, [.. Words(verb), .. needed, "--output", "papyrus"]);

        folder.Delete(recursive: true);
        Assert.Contains($"Use one of: {string.Join(", ", formats)}.", refused.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Verb, Command Command)> All() =>
        new[] { (Verb: "", Command: (Command)Root()) }.Concat(Root().Subcommands.SelectMany(command => command.Subcommands.Prepend(command))
            .Select(command => (HelpText.VerbOf(command), command)));

    private static RootCommand Root() => Tool.Root(new ToolHost
    {
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        Environment = new Dictionary<string, string>(),
        WorkingDirectory = ""
    });

    private static string[] Words(string verb) => verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
