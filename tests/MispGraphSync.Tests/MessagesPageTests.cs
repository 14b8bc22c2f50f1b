using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>docs/messages.md lists what the sources say. UPDATE_SNAPSHOTS=1 rewrites it.</summary>
public class MessagesPageTests
{
    private const string Head = """
        # Messages

        <!-- Made from the sources; a test rewrites it (UPDATE_SNAPSHOTS=1). Do not edit. -->

        Each message that ends a run, or the part of one destination, with its [exit code](troubleshooting.md#exit-codes) and its
        remedy. An ellipsis replaces a name, a path or a service's own message. Failures of sign-in and of MISP have the same form;
        [troubleshooting](troubleshooting.md#4-sign-in-or-permission) lists them.

        | code | message | remedy |
        | --- | --- | --- |

        """;

    [Fact]
    public void Messages_page_lists_each_failure()
    {
        var rows = Messages()
            .Select(message => $"| {Number(message.Code)} | {Cell(message.Says)} | {Cell(message.Remedy)} |")
            .Distinct()
            .Order(StringComparer.Ordinal);
        var page = Head.ReplaceLineEndings("\n") + string.Join('\n', rows) + "\n";

        var path = DocsTests.At("docs/messages.md");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1") File.WriteAllText(path, page);
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), page);
    }

    [Fact]
    public void Source_reader_finds_message_and_remedy()
    {
        var found = SourceMessages.In("""
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"There is no '{Sanitize.ForDisplay(name, 80)}' in {string.Join(", ", all)}.",
                "Use \"one\" of them.");
            """);

        Assert.Equal([new SourceMessages.Message("InvalidInput", "There is no '…' in ….", "Use \"one\" of them.")], found);
    }

    [Fact]
    public void Source_reader_finds_many_messages() => Assert.True(Messages().Count() > 60);

    [Fact]
    public void Each_failure_of_the_core_has_a_sentence() => Assert.Equal(
        typeof(Failure).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Failure))).Select(type => type.Name).Order(),
        CoreFailures().Select(failure => failure.GetType().Name).Distinct().Order());

    [Fact]
    public void Remedies_are_whole_sentences() =>
        Assert.All(Messages(), message => Assert.DoesNotMatch(@"(with|to|of|and|or)\.?$", message.Remedy));

    private static IEnumerable<Failure> CoreFailures()
    {
        var limit = new DeletionLimit(50, IsPercent: true);
        foreach (var verdict in (DeletionVerdict[])[DeletionVerdict.EmptyRead, DeletionVerdict.NewSelection, DeletionVerdict.TooMany])
            yield return new Failure.DeletionsWithheld("sentinel", verdict, 600, 0, 1_000)
            {
                Limit = limit,
                Source = "misp",
                EventsKnown = 120
            };
        yield return new Failure.TakeoverWithheld("graph", "python-sample", 600, 1_000, limit);
        yield return new Failure.NotConfirmed("graph", "…");
        yield return new Failure.RejectsEverything("graph", 20, "…");
        yield return new Failure.BrokenInvariant("graph", "…");
    }

    private static IEnumerable<SourceMessages.Message> Messages() =>
        CoreFailures().Select(failure => (failure.Outcome, Text: FailureText.Of(new RunFailedException(failure))!.Value))
            .Select(one => new SourceMessages.Message($"{one.Outcome}", one.Text.Sentence, one.Text.Remedy ?? ""))
            .Concat(MessagesInSources());

    private static IEnumerable<SourceMessages.Message> MessagesInSources() =>
        new[] { "src/MispGraphSync", "src/MispGraphSync.Core" }
            .SelectMany(folder => Directory.EnumerateFiles(DocsTests.At(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => SourceMessages.In(File.ReadAllText(file)));

    private static string Number(string codes) =>
        string.Join(" or ", codes.Split(" or ").Select(code => $"{ExitCodes.Of(Enum.Parse<RunOutcome>(code))}"));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
