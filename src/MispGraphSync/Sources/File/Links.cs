namespace MispGraphSync.Sources.File;

/// <summary>A folder that came from elsewhere may hold links to anything.</summary>
internal static class Links
{
    /// <summary>False, and a gap, when the file is a link that leads out of the folder.</summary>
    public static bool StayInside(string folder, EventFile file, ReadGaps gaps)
    {
        try
        {
            var inside = folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;
            if (new FileInfo(file.Path).ResolveLinkTarget(returnFinalTarget: true) is not { } target
                || target.FullName.StartsWith(inside, StringComparison.Ordinal))
            {
                return true;
            }
            gaps.Add(file, $"File {file.Name} is a link that leads out of the folder; it was not read.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gaps.Add(file, $"File {file.Name} cannot be read: {e.Message}");
        }
        return false;
    }
}
