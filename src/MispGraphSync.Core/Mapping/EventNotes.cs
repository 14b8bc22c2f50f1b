using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>What single attributes say about their whole event. Fed with each item, read at the end.</summary>
public sealed class EventNotes
{
    /// <summary>At most so many names of each kind are kept; the rest is noise or an attack.</summary>
    public const int Limit = 1_000;

    private readonly List<string> _actors = [];
    private readonly List<string> _families = [];
    private readonly List<string> _campaigns = [];

    public IReadOnlyList<string> Actors => _actors;

    public IReadOnlyList<string> Families => _families;

    public IReadOnlyList<string> Campaigns => _campaigns;

    public void Add(EventItem item)
    {
        if (item is EventItem.Attribute { Value.Type: "threat-actor" } actor) _actors.Add(actor.Value.Value);
    }
}
