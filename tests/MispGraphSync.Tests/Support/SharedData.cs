using Xunit;

namespace MispGraphSync.Tests;

/// <summary>
/// MISP events written by others and recorded answers. They are outside the repository because of their licences, in a
/// folder <c>shared/data</c> beside or above it, or where MISP_GRAPH_SHARED_DATA says.
/// </summary>
internal static class SharedData
{
    private static readonly string? Root = Find();

    /// <summary>A file or folder in it; skips the test where there is none.</summary>
    public static string Require(string name)
    {
        Assert.SkipWhen(Root is null, "No folder shared/data beside or above the repository.");
        var path = Path.Combine(Root, name);
        Assert.SkipUnless(Path.Exists(path), $"shared/data has no {name}.");
        return path;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(data))
            {
                return data;
            }
        }
        return Environment.GetEnvironmentVariable("MISP_GRAPH_SHARED_DATA") is { } named && Directory.Exists(named) ? named : null;
    }
}
