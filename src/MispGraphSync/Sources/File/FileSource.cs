namespace MispGraphSync.Sources.File;

/// <summary>
/// Saved MISP JSON: one file, or all <c>*.json</c> below a folder, in the order of their paths. Hidden files and folders and indexes of
/// feeds are skipped, and links are followed only to files inside the folder.
/// </summary>
internal static class FileSource
{
    /// <exception cref="RunFailedException">There is no such file or folder.</exception>
    public static ISource Open(string path, SavedSourceOptions options)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Directory.Exists(root)) return new SavedSource("file", root, options, gaps => FindFiles(root, gaps));
        if (EventFile.IsManifest(root))
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{root} is the index of a feed, and holds no event.",
                $"Give {options.Setting} the folder that it is in.");
        if (!System.IO.File.Exists(root))
            throw new RunFailedException(RunOutcome.InvalidInput, $"There is no file or folder {root}.", $"Check {options.Setting}.");
        return new SavedSource("file", root, options, _ => [new EventFile(root, Path.GetFileName(root))]);
    }

    private static IReadOnlyList<EventFile> FindFiles(string root, ReadGaps gaps)
    {
        var files = Below(root, gaps)
            .Where(file => !EventFile.IsManifest(file))
            .Select(file => new EventFile(file, Path.GetRelativePath(root, file).Replace('\\', '/')))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToArray();
        if (files.Length == 0) gaps.Add($"There is no *.json file below {root}.");
        return [.. files.Where(file => file.IsReadable(root, gaps))];
    }

    private static IEnumerable<string> Below(string folder, ReadGaps gaps)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = new DirectoryInfo(folder).GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gaps.Add($"Folder {folder} cannot be read: {e.Message}");
            return [];
        }
        return entries.Where(entry => !entry.Name.StartsWith('.')).SelectMany(entry => entry switch
        {
            // A linked folder could lead in a circle.
            DirectoryInfo => entry.LinkTarget is null ? Below(entry.FullName, gaps) : [],
            _ => entry.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase) ? [entry.FullName] : Enumerable.Empty<string>(),
        });
    }
}
