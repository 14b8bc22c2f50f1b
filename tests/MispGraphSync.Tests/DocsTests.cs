using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Sandbox;
using MispGraphSync.Sources.Filters;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>The pages agree with the program.</summary>
public partial class DocsTests
{
    [Fact]
    public void Readme_lists_each_exit_code_and_no_other()
    {
        var table = Section(Read("README.md"), "## Exit codes");

        var codes = ExitCodeRow().Matches(table).Select(row => int.Parse(row.Groups[1].Value));

        Assert.Equal(Enum.GetValues<RunOutcome>().Select(code => ExitCodes.Of(code)).Order(), codes);
    }

    [Fact]
    public void Readme_states_the_precedence_of_exit_codes()
    {
        var order = string.Join(", ", Enum.GetValues<RunOutcome>().Reverse().Select(code => ExitCodes.Of(code)));

        Assert.Contains(order, Read("README.md").ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void Troubleshooting_page_has_each_exit_code()
    {
        var page = Read("docs/troubleshooting.md");

        Assert.All(Enum.GetValues<RunOutcome>(), code => Assert.Contains($"\n### {ExitCodes.Of(code)}: ", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Troubleshooting_page_explains_each_skip_reason()
    {
        var page = Section(Read("docs/troubleshooting.md"), "## Why an attribute was skipped");

        Assert.All(Enum.GetValues<SkipReason>(), reason => Assert.Contains($"`{reason.Slug()}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Troubleshooting_page_explains_each_step_reason()
    {
        var page = Section(Read("docs/troubleshooting.md"), "## Why a step is planned");

        Assert.All(StepReasons.Meanings.Keys, reason => Assert.Contains($"\n| `{reason}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Filters_page_lists_each_filter_key_and_alias()
    {
        var page = Section(Read("docs/filters.md"), "## Keys");

        Assert.All(FilterKeys.AllNames, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_page_lists_each_check()
    {
        var page = Read("docs/doctor.md") + "| `hosts` |";
        string[] kinds = ["graph", "sentinel", "defender"];
        await using var run = await SandboxRun.StartAsync(new SandboxOptions { SampleEvents = true }, kinds);

        var doctor = await run.RunAsync("doctor", "--write", "--output", "json");

        var checks = doctor.Json.EnumerateArray().Select(row => row.GetProperty("check").GetString()!).ToHashSet();
        Assert.True(checks.Count > 30);
        // A destination's name comes before its check's.
        var names = checks.Select(name => name.Split(' ', 2) is [var first, var rest] && kinds.Contains(first) ? rest : name);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Tests_named_in_the_reliability_page_exist()
    {
        var named = TestName().Matches(Read("docs/reliability.md")).Select(name => name.Groups[1].Value).ToList();

        Assert.True(named.Count > 60, $"only {named.Count} are named");
        Assert.All(named, name => Assert.Contains(name, AllTests.Names));
    }

    [Fact]
    public void Messages_quoted_in_tables_exist()
    {
        var printed = Read("docs/messages.md") + string.Concat(
            from folder in (string[])["src/MispGraphSync", "src/MispGraphSync.Core"]
            from file in Directory.EnumerateFiles(At(folder), "*.cs", SearchOption.AllDirectories)
            select Joint().Replace(File.ReadAllText(file), "").Replace("\\\"", "\"", StringComparison.Ordinal));

        var quoted =
            (from page in Directory.EnumerateFiles(At("docs"), "*.md")
             from table in MessageTable().Matches(File.ReadAllText(page).ReplaceLineEndings("\n"))
             from row in table.Value.Split('\n').Skip(2)
             from quote in Quote().Matches(row.Split(" | ")[0])
             from part in quote.Groups[1].Value.Split('…')
             let text = Status().Replace(part, "").Trim(' ', '.', ',', ':', ';', '?', '\'')
             where text.Count(char.IsLetter) > 3
             select (Page: Path.GetFileName(page), text)).ToList();

        Assert.True(quoted.Count > 60, $"only {quoted.Count} are quoted");
        Assert.All(quoted, one => Assert.True(printed.Contains(one.text, StringComparison.Ordinal), $"{one.Page}: {one.text}"));
    }

    [Fact]
    public async Task Documented_commands_exist()
    {
        foreach (var (page, command) in Commands())
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var verbs = words.TakeWhile(word => VerbWord().IsMatch(word)).Take(words is ["config", ..] ? 2 : 1).ToArray();
            var help = await HelpAsync(verbs);

            Assert.True(help.Contains($"Usage: misp-graph {string.Join(' ', verbs)} ", StringComparison.Ordinal),
                $"{page}: no such verb: misp-graph {command}");
            foreach (var option in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
                Assert.True(
                    help.Contains(option + " ", StringComparison.Ordinal), $"{page}: there is no {option} to: misp-graph {command}");
        }
    }

    [Fact]
    public async Task Options_that_the_benchmark_gives_exist()
    {
        var sources = Directory.EnumerateFiles(At("bench"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var help = await HelpAsync(["push"]) + await HelpAsync([]);

        var itsOwn = sources.SelectMany(text => OwnOption().Matches(text)).Select(match => match.Groups[1].Value);
        var given = sources.SelectMany(text => QuotedOption().Matches(text)).Select(match => match.Groups[1].Value).Except(itsOwn).ToList();

        Assert.Contains("--output", given);
        Assert.All(given, option => Assert.Matches($"{Regex.Escape(option)}[ ,]", help));
    }

    private static IEnumerable<(string Page, string Command)> Commands() =>
        from page in Directory.EnumerateFiles(At("docs"), "*.md").Append(At("README.md"))
        from block in ConsoleBlock().Matches(File.ReadAllText(page))
        from line in block.Groups[1].Value.Split('\n')
        let text = Beside().Replace(line, "").Trim()
        where text.StartsWith("misp-graph ", StringComparison.Ordinal)
        select (Path.GetFileName(page), text["misp-graph ".Length..]);

    private static async Task<string> HelpAsync(string[] verbs)
    {
        using var output = new StringWriter();
        var host = new ToolHost { Out = output, Error = output, Environment = new Dictionary<string, string>(), WorkingDirectory = At("") };
        await Tool.RunAsync([.. verbs, "--help"], host);
        return output.ToString();
    }

    /// <summary>From a heading to the next one of its kind.</summary>
    private static string Section(string page, string heading)
    {
        var from = page.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        Assert.True(from >= 0, $"There is no heading \"{heading}\".");
        var to = page.IndexOf("\n## ", from + heading.Length, StringComparison.Ordinal);
        return to < 0 ? page[from..] : page[from..to];
    }

    [Fact]
    public void Docs_name_the_date_of_the_public_suffix_list()
    {
        var head = Read("src/MispGraphSync.Core/Mapping/Normalise/Data/PublicSuffixes.txt").Split('\n')[1];
        var date = head.Split(["State of ", ","], StringSplitOptions.None)[1];

        Assert.Matches("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", date);
        Assert.All(["THIRD-PARTY.md", "docs/operations.md"], page => Assert.Contains(date, Read(page), StringComparison.Ordinal));
    }

    internal static string Read(string file) => File.ReadAllText(At(file)).ReplaceLineEndings("\n");

    /// <summary>A file of the repository.</summary>
    public static string At(string file) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", file));

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"^\| (\d+) \| .+ \|$", RegexOptions.Multiline)]
    private static partial Regex ExitCodeRow();

    [GeneratedRegex(@"```console\r?\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();

    /// <summary>What follows a command: a comment, a redirection, another command.</summary>
    [GeneratedRegex(@"\s+(#|>|\||;|&&).*$")]
    private static partial Regex Beside();

    /// <summary>A table whose first column quotes what the program prints.</summary>
    [GeneratedRegex(@"^\| (message|cause|error) \| .*\n(\|.*\n)+", RegexOptions.Multiline)]
    private static partial Regex MessageTable();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quote();

    /// <summary>Between the parts of a sentence that continues on the next line.</summary>
    [GeneratedRegex(@"""\s*\+ \$?""")]
    private static partial Regex Joint();

    /// <summary>A service's status, which the program fills in.</summary>
    [GeneratedRegex(@"\([0-9]+\)")]
    private static partial Regex Status();

    [GeneratedRegex("`([A-Z][A-Za-z]*Tests\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex("^[a-z]+$")]
    private static partial Regex VerbWord();

    [GeneratedRegex("\"(--?[a-z][a-z-]*)\"")]
    private static partial Regex QuotedOption();

    /// <summary>An option of the benchmark itself.</summary>
    [GeneratedRegex("Value\\(args, \"(--[a-z-]+)\"\\)")]
    private static partial Regex OwnOption();
}
