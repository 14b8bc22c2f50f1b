using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>The links in the pages have targets.</summary>
public sealed partial class LinksTests
{
    private static readonly string Root = DocsTests.At("");

    public static TheoryData<string> AllPages => [.. Pages().Select(page => Path.GetRelativePath(Root, page).Replace('\\', '/'))];

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Each_link_targets_an_existing_file_and_heading(string page)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, page))!;

        Assert.All(Links(Path.Combine(Root, page)), link =>
        {
            var (file, anchor) =
                link.Split('#') switch { [var only] => (only, null), [var before, var after, ..] => (before, after), _ => ("", null) };
            var target = file.Length == 0 ? Path.Combine(Root, page) : Path.GetFullPath(Path.Combine(folder, file));
            Assert.True(File.Exists(target) || Directory.Exists(target), $"{link}: there is no {file}.");
            if (anchor is not null) Assert.True(Anchors(target).Contains(anchor), $"{link}: there is no heading #{anchor}.");
        });
    }

    [Fact]
    public void Each_page_is_in_the_index()
    {
        var pages = Directory.EnumerateFiles(DocsTests.At("docs"), "*.md")
            .Select(page => Path.GetFileName(page))
            .Where(page => page != "README.md")
            .ToList();

        Assert.Equal(pages.Order(StringComparer.Ordinal), Links(DocsTests.At("docs/README.md"))
            .Where(link => !link.Contains('/', StringComparison.Ordinal))
            .Distinct()
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Readme_starts_with_the_two_commands()
    {
        var first = ConsoleBlock()
            .Match(File.ReadAllText(DocsTests.At("README.md")).ReplaceLineEndings("\n")).Groups[1].Value.TrimEnd()
            .Split('\n');

        Assert.Equal(["dotnet run --project src/MispGraphSync.Sandbox", "dotnet test"], first.Select(line => line.Split('#')[0].Trim()));
    }

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Root, "*.md")
            .Concat(new[] { "docs", "deploy", "bench" }.Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)));

    /// <summary>Links within the project.</summary>
    private static IEnumerable<string> Links(string page) =>
        Link()
            .Matches(Fence().Replace(File.ReadAllText(page), ""))
            .Select(link => link.Groups[1].Value)
            .Where(link => !link.Contains(':', StringComparison.Ordinal));

    /// <summary>The anchors that GitHub makes of the headings: a second one of the same name gets -1.</summary>
    private static HashSet<string> Anchors(string page)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(File.ReadAllText(page).ReplaceLineEndings("\n"), "")))
        {
            var anchor = new StringBuilder();
            foreach (var sign in heading.Groups[1].Value.Trim().ToLowerInvariant())
            {
                if (char.IsLetterOrDigit(sign) || sign is '-' or '_') anchor.Append(sign);
                else if (sign == ' ') anchor.Append('-');
            }

            var name = anchor.ToString();
            for (var again = 1; !anchors.Add(name); again++) name = $"{anchor}-{again}";
        }

        return anchors;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} +(.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ConsoleBlock();
}
