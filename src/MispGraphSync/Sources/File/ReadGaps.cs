namespace MispGraphSync.Sources.File;

/// <summary>What could not be read, and whether it is known which events that are.</summary>
internal sealed class ReadGaps
{
    private readonly List<string> _sentences = [];
    private readonly HashSet<Guid> _events = [];

    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Sentences => _sentences;

    /// <summary>Events that are there and cannot be read.</summary>
    public IReadOnlySet<Guid> Events => _events;

    /// <summary>False: what could not be read may hold any event.</summary>
    public bool NamesAllEvents { get; private set; } = true;

    /// <summary>Nobody knows which events are missing.</summary>
    public void Add(string sentence)
    {
        _sentences.Add(sentence);
        NamesAllEvents = false;
    }

    /// <summary>The only event of the file cannot be read, or any that it may hold.</summary>
    public void Add(EventFile file, string sentence)
    {
        if (file.Uuid is { } uuid) Add([uuid], sentence);
        else Add(sentence);
    }

    /// <summary>These events cannot be read, and no others.</summary>
    public void Add(IEnumerable<Guid> events, string sentence)
    {
        _sentences.Add(sentence);
        _events.UnionWith(events);
    }
}
