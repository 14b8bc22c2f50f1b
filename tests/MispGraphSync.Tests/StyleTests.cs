using System.Text.RegularExpressions;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>Rules that hold for all sources.</summary>
public sealed partial class StyleTests
{
    private const int MaxLine = 140;
    private const int MaxMethod = 60;
    private const int MaxFile = 350;
    private const string RawDelimiter = "\"\"\"";

    [Fact]
    public void Lines_have_at_most_140_characters() =>
        Assert.Empty(Sources().SelectMany(source => source.Lines
            .Select((line, at) => (line, Place: $"{source.Name}:{at + 1}"))
            .Where(one => one.line.Length > MaxLine).Select(one => one.Place)));

    [Fact]
    public void Methods_have_at_most_60_lines() =>
        Assert.Empty(Sources().SelectMany(source => Methods(source.Lines)
            .Where(method => method.Length > MaxMethod).Select(method => $"{source.Name}:{method.Start}: {method.Length} lines")));

    [Fact]
    public void Files_of_the_program_have_at_most_350_lines() =>
        Assert.Empty(Sources().Where(source => source.Name.StartsWith("src/", StringComparison.Ordinal) && source.Lines.Length > MaxFile)
            .Select(source => $"{source.Name}: {source.Lines.Length} lines"));

    [Fact]
    public void Usings_are_in_order_and_those_of_System_first() =>
        Assert.Empty(Sources().Where(source =>
        {
            var names = source.Lines.Select(line => Using().Match(line).Groups[1].Value).Where(name => name.Length > 0).ToList();
            return !names.SequenceEqual(
                names.OrderBy(name => name.Split('.')[0] != "System").ThenBy(name => name, StringComparer.OrdinalIgnoreCase));
        }).Select(source => source.Name));

    [Fact]
    public void Messages_have_plain_words() =>
        Assert.Empty(
            from source in Sources()
            where source.Name.StartsWith("src/MispGraphSync/", StringComparison.Ordinal)
                || source.Name.StartsWith("src/MispGraphSync.Core/", StringComparison.Ordinal)
            from text in Texts(source.Lines)
            where Unplain().IsMatch(text)
            select $"{source.Name}: {text}");

    [Fact]
    public void Pages_have_plain_words() =>
        Assert.Empty(
            from page in Pages()
            from line in File.ReadLines(page)
            where Unplain().IsMatch(line)
            select $"{Path.GetFileName(page)}: {line}");

    [Fact]
    public void Names_of_tests_have_plain_words() =>
        Assert.DoesNotContain(AllTests.Names, name => Unplain().IsMatch(name.Replace('_', ' ')));

    // String literals, and the lines of raw ones.
    private static IEnumerable<string> Texts(string[] lines)
    {
        var isRaw = false;
        foreach (var line in lines)
        {
            var delimiters = line.Split(RawDelimiter).Length - 1;
            if (isRaw || delimiters > 0) yield return line;
            else if (!line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                foreach (Match literal in Literal().Matches(line)) yield return literal.Value;
            if (delimiters % 2 == 1) isRaw = !isRaw;
        }
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(DocsTests.At(""), "*.md")
            .Concat(Directory.EnumerateFiles(DocsTests.At("docs"), "*.md"))
            .Concat(Directory.EnumerateFiles(DocsTests.At("deploy"), "*", SearchOption.AllDirectories));

    private static IEnumerable<(string Name, string[] Lines)> Sources() =>
        from folder in (string[])["src", "tests", "bench"]
        from file in Directory.EnumerateFiles(DocsTests.At(folder), "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(DocsTests.At(""), file).Replace('\\', '/')
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        select (name, File.ReadAllLines(file));

    // A block that begins on a line of its own, unless a type or a table is before it.
    private static IEnumerable<(int Start, int Length)> Methods(string[] lines)
    {
        var open = new Stack<(int Indent, int At)>();
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at].TrimEnd(';', ')', ',');
            var indent = line.Length - 1;
            if (line.Length == 0 || line.TrimStart().Length != 1) continue;
            if (line[^1] == '{') open.Push((indent, at));
            if (line[^1] != '}') continue;
            while (open.TryPop(out var block))
            {
                if (block.Indent != indent) continue;
                if (!NoMethod().IsMatch(HeaderOf(lines, block.At))) yield return (block.At, at - block.At - 1);
                break;
            }
        }
    }

    private static string HeaderOf(string[] lines, int block)
    {
        var from = block;
        while (from > 0 && lines[from - 1].Length > 0 && !EndsBefore().IsMatch(lines[from - 1])) from--;
        return string.Join(' ', lines[from..block]);
    }

    [GeneratedRegex(@"\b(class|record|struct|interface|enum|namespace)\b|=(?!>)")]
    private static partial Regex NoMethod();

    [GeneratedRegex(@"""([^""\\]|\\.)*""")]
    private static partial Regex Literal();

    // A reader with little English must understand each sentence at first reading. "create-anew" is a word of the JSON output.
    [GeneratedRegex(
        @"(?i)\b(turned down|held back|left out|goes? on|once more|whatever became of|speaks? of|tells?|at once|by itself"
        + @"|(?<!create-)anew|mends?|told apart|for likeness|of old|beyond its end|stands?(?! for)|unheard|in doubt|set aside"
        + @"|settled?|settles|finds? no place|for want of|whoever|shall)\b")]
    private static partial Regex Unplain();

    [GeneratedRegex(@"^using ([\w.]+);$")]
    private static partial Regex Using();

    [GeneratedRegex(@"[;{}]$|^\s*//|^\s*\[")]
    private static partial Regex EndsBefore();
}
