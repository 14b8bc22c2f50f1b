namespace MispGraphSync.Sources.File;

/// <summary>
/// One file to read. <see cref="Name"/> is its path below the folder, with <c>/</c>, for people and for the UUIDs of
/// events that have none. <see cref="Uuid"/>: the only event that is wanted from it; null for all.
/// </summary>
internal sealed record EventFile(string Path, string Name, Guid? Uuid = null)
{
    /// <summary>False, and a gap: nothing is in it, or it is no file but a pipe, which could keep its reader for ever.</summary>
    public bool HasContent(ReadGaps gaps)
    {
        try
        {
            if (new FileInfo(Path).Length > 0) return true;
            gaps.Add(this, $"File {Name} is empty, or no file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gaps.Add(this, $"File {Name} cannot be read: {e.Message}");
        }

        return false;
    }
}
