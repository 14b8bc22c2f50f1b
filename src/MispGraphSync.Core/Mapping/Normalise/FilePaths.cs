namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>Windows and Unix file paths: <c>\</c> and <c>/</c> both separate.</summary>
public static class FilePaths
{
    public static bool IsPath(string text) => text.AsSpan().IndexOfAny('\\', '/') >= 0;

    /// <summary>The last part; empty when the path ends in a separator.</summary>
    public static string LastPart(string path)
    {
        var separator = path.AsSpan().LastIndexOfAny('\\', '/');
        return separator < 0 ? path : path[(separator + 1)..].Trim();
    }
}
