using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class MappingPageTests
{
    [Fact]
    public void Mapping_page_is_up_to_date()
    {
        var path = Path.Combine(Root(), "docs", "mapping.md");
        var page = MappingPage.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, page);
        }

        var written = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";

        Assert.True(page == written, "docs/mapping.md is stale: run the tests once with UPDATE_SNAPSHOTS=1 and review it.");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "MispGraphSync.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
