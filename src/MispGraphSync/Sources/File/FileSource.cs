using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources.File;

/// <summary>
/// Saved MISP JSON: one file, or all <c>*.json</c> below a folder, in the order of their paths. Hidden files and folders and indexes of
/// feeds are skipped, and links are followed only to files inside the folder.
/// </summary>
internal sealed class FileSource : SavedSource
{
    private FileSource(string path, FilterPlan plan, bool enforceWarninglist, TimeProvider time, ILogger log)
        : base("file", path, plan, enforceWarninglist, time, log)
    {
    }

    /// <param name="path">A file or folder.</param>
    /// <param name="enforceWarninglist">Has no effect on files; the log says so.</param>
    /// <exception cref="RunFailedException">There is no such file or folder.</exception>
    public static FileSource Open(string path, FilterPlan plan, bool enforceWarninglist, TimeProvider time, ILogger log)
    {
        var full = FullPath(path);
        if (!Directory.Exists(full))
        {
            if (EventFile.IsManifest(full))
                throw new RunFailedException(
                    RunOutcome.InvalidInput, $"{full} is the index of a feed, and holds no event.",
                    "Give --input the folder that it is in.");
            if (!System.IO.File.Exists(full))
                throw new RunFailedException(RunOutcome.InvalidInput, $"There is no file or folder {full}.", "Check --input.");
        }
        return new FileSource(full, plan, enforceWarninglist, time, log);
    }

    protected override IReadOnlyList<EventFile> FindFiles(ReadGaps gaps)
    {
        if (!Directory.Exists(Root)) return [new EventFile(Root, Path.GetFileName(Root))];
        var files = Below(Root, gaps)
            .Where(file => !EventFile.IsManifest(file))
            .Select(file => new EventFile(file, Path.GetRelativePath(Root, file).Replace('\\', '/')))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToArray();
        if (files.Length == 0) gaps.Add($"There is no *.json file below {Root}.");
        return [.. files.Where(file => file.IsReadable(Root, gaps))];
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
