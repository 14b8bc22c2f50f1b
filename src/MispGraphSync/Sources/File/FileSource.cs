using MispGraphSync.Sources.Feed;
using MispGraphSync.Sources.Filters;
using Serilog;

namespace MispGraphSync.Sources.File;

/// <summary>
/// Saved MISP JSON: one file, or all <c>*.json</c> below a folder, in the order of their paths. Hidden files and folders
/// and indexes of feeds are skipped, and links are followed only to files inside the folder.
/// </summary>
internal sealed class FileSource(
    string path, FilterPlan plan, bool enforceWarninglist, TimeProvider time, ILogger log)
    : SavedSource("file", path, plan, enforceWarninglist, time, log)
{
    private readonly string _path = path;

    protected override IReadOnlyList<EventFile> FindFiles(ReadGaps gaps)
    {
        if (!Directory.Exists(_path))
        {
            return [new EventFile(_path, Path.GetFileName(_path))];
        }

        var files = Below(_path, gaps)
            .Where(file => !Manifest.IsNameOf(file))
            .Select(file => new EventFile(file, Path.GetRelativePath(_path, file).Replace('\\', '/')))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToArray();
        if (files.Length == 0)
        {
            gaps.Add($"There is no *.json file below {_path}.");
        }
        return [.. files.Where(file => Links.StayInside(_path, file, gaps) && file.HasContent(gaps))];
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
            yield break;
        }

        foreach (var entry in entries.Where(entry => !entry.Name.StartsWith('.')))
        {
            if (entry is DirectoryInfo)
            {
                // A linked folder could lead round in a circle.
                foreach (var file in entry.LinkTarget is null ? Below(entry.FullName, gaps) : [])
                {
                    yield return file;
                }
            }
            else if (entry.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase))
            {
                yield return entry.FullName;
            }
        }
    }
}
