namespace MispGraphSync.Sources.File;

/// <summary>
/// One file to read. <see cref="Name"/> is its path below the folder, with <c>/</c>, for people and for the UUIDs of
/// events that have none. <see cref="Uuid"/>: the only event that is wanted from it; null for all.
/// </summary>
internal sealed record EventFile(string Path, string Name, Guid? Uuid = null)
{
    /// <summary>It need not hold an event.</summary>
    public bool MayBeOther => System.IO.Path.GetFileName(Name) is "manifest.json";
}
