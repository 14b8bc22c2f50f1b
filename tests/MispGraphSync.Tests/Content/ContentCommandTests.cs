using MispGraphSync.Tests.CommandLine;
using Xunit;

namespace MispGraphSync.Tests.Content;

/// <summary><c>content list</c> and <c>content export</c>: the files of the sources, out of the program.</summary>
public sealed class ContentCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-content-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Export_writes_the_files_of_the_sources_and_list_names_each()
    {
        var export = await Typed.AsAsync("content", "export", "--to", _folder);
        var list = await Typed.AsAsync("content", "list");

        Assert.Equal((0, 0), (export.Code, list.Code));
        var sources = Path.Combine(ToolProcess.Root, "content");
        var files = Directory.EnumerateFiles(sources, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(sources, file)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(
            files, Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder, file))
                .Order(StringComparer.Ordinal));
        Assert.All(
            files, file => Assert.Equal(File.ReadAllText(Path.Combine(sources, file)), File.ReadAllText(Path.Combine(_folder, file))));
        Assert.All(list.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(@"^\S+  +\S", line));
        Assert.Contains("sentinel/analytics/ipv6.yaml", list.Out, StringComparison.Ordinal);
        Assert.Contains("MISP: IPv6 address or range seen", list.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_keeps_files_that_somebody_changed_unless_forced()
    {
        await Typed.AsAsync("content", "export", "--to", _folder);
        var changed = Path.Combine(_folder, "sentinel", "analytics", "url.yaml");
        await File.WriteAllTextAsync(changed, "ours", TestContext.Current.CancellationToken);
        var lost = Path.Combine(_folder, "sentinel", "workbook.json");
        File.Delete(lost);

        var refused = await Typed.AsAsync("content", "export", "--to", _folder);

        Assert.Equal(2, refused.Code);
        Assert.Contains("url.yaml", refused.Error, StringComparison.Ordinal);
        Assert.Equal("ours", await File.ReadAllTextAsync(changed, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(lost));
        var forced = await Typed.AsAsync("content", "export", "--to", _folder, "--force");
        Assert.Contains("Wrote 2 files", forced.Out, StringComparison.Ordinal);
        Assert.NotEqual("ours", await File.ReadAllTextAsync(changed, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Export_to_a_file_is_a_clear_error()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var refused = await Typed.AsAsync("content", "export", "--to", file);

        Assert.Equal(2, refused.Code);
        Assert.Contains("cannot be written", refused.Error, StringComparison.Ordinal);
    }
}
