using Xunit;

namespace MispGraphSync.Tests;

/// <summary>
/// A part of a page that a test writes, between <c>&lt;!-- generated: NAME --&gt;</c> and <c>&lt;!-- end --&gt;</c>. UPDATE_SNAPSHOTS=1
/// rewrites it.
/// </summary>
internal static class DocsBlock
{
    public static void Matches(string page, string name, string text)
    {
        var path = DocsTests.At(page);
        var whole = File.ReadAllText(path).ReplaceLineEndings("\n");
        var start = $"<!-- generated: {name} -->\n";
        var from = whole.IndexOf(start, StringComparison.Ordinal) + start.Length;
        var to = whole.IndexOf("<!-- end -->", from, StringComparison.Ordinal);
        Assert.True(from > start.Length && to >= from, $"{page} has no block {name}.");
        text = text.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1") File.WriteAllText(path, whole[..from] + text + whole[to..]);
        else Assert.True(whole[from..to] == text, $"{page}, {name}: run the tests with UPDATE_SNAPSHOTS=1. Expected:\n{text}");
    }
}
