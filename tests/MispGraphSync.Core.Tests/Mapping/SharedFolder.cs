namespace MispGraphSync.Tests.Mapping;

/// <summary>A folder of contracts and real data beside the clone, where there is one.</summary>
internal static class SharedFolder
{
    /// <summary>The path of a file or folder in it; null where there is none.</summary>
    public static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", name);
            if (Path.Exists(path)) return path;
        }

        return null;
    }
}
