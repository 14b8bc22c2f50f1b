namespace MispGraphSync.Sources.File;

/// <summary>
/// One file to read. <see cref="Name"/> is its path below the folder, with <c>/</c>, for people and for the UUIDs of events that have
/// none. <see cref="Uuid"/>: the only event that is read from it; null for all.
/// </summary>
internal sealed record EventFile(string Path, string Name, Guid? Uuid = null)
{
    /// <summary>The index of a feed. It never holds an event, whoever wrote it.</summary>
    public const string ManifestName = "manifest.json";

    public static bool IsManifest(string path) =>
        System.IO.Path.GetFileName(path).Equals(ManifestName, StringComparison.OrdinalIgnoreCase);

    /// <summary>False, with a gap, for a link out of the folder, an empty file, or a pipe, which could block its reader forever.</summary>
    public bool IsReadable(string folder, ReadGaps gaps)
    {
        try
        {
            var file = new FileInfo(Path);
            var inside = folder.TrimEnd(System.IO.Path.DirectorySeparatorChar) + System.IO.Path.DirectorySeparatorChar;
            if (file.ResolveLinkTarget(returnFinalTarget: true) is { } target
                && !target.FullName.StartsWith(inside, StringComparison.Ordinal))
                gaps.Add(this, $"File {Name} is a link that leads out of the folder; it was not read.");
            else if (file.Length == 0) gaps.Add(this, $"File {Name} is empty, or no file.");
            else return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            gaps.Add(this, $"File {Name} cannot be read: {e.Message}");
        }
        return false;
    }
}

/// <summary>What could not be read, and whether it is known which events that are.</summary>
internal sealed class ReadGaps
{
    private readonly List<string> _sentences = [];
    private readonly HashSet<Guid> _events = [];

    public IReadOnlyList<string> Sentences => _sentences;

    /// <summary>Events that exist and cannot be read.</summary>
    public IReadOnlySet<Guid> Events => _events;

    /// <summary>False: any event may be missing.</summary>
    public bool NamesAllEvents { get; private set; } = true;

    /// <summary>It is unknown which events are missing.</summary>
    public void Add(string sentence)
    {
        _sentences.Add(sentence);
        NamesAllEvents = false;
    }

    /// <summary>These events cannot be read, and no others.</summary>
    public void Add(IEnumerable<Guid> events, string sentence)
    {
        _sentences.Add(sentence);
        _events.UnionWith(events);
    }

    /// <summary>The only event of the file cannot be read, or any that it may hold.</summary>
    public void Add(EventFile file, string sentence)
    {
        if (file.Uuid is { } uuid) Add([uuid], sentence);
        else Add(sentence);
    }
}
