namespace MispGraphSync.Ledger;

/// <summary>
/// Resolves all symbolic links of a ledger's path, of the file and of its folders: every path to one ledger then has the same lock
/// and the same SQLite files.
/// </summary>
internal static class LedgerPath
{
    private const int MaxLinks = 40;

    /// <exception cref="RunFailedException">The links form a loop, or are not accessible.</exception>
    public static string Resolve(string path)
    {
        try
        {
            var links = 0;
            return Resolve(Path.GetFullPath(path), ref links);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"The ledger '{path}' cannot be opened: {fault.Message}",
                "Check the setting 'ledger' and its symbolic links.");
        }
    }

    private static string Resolve(string path, ref int links)
    {
        if (Path.GetDirectoryName(path) is not { Length: > 0 } parent) return path;
        var folder = Resolve(parent, ref links);
        var here = Path.Combine(folder, Path.GetFileName(path));
        if (new FileInfo(here).LinkTarget is not { } target) return here;
        if (++links > MaxLinks) throw new IOException("too many symbolic links.");
        return Resolve(Path.GetFullPath(target, folder), ref links);
    }
}
