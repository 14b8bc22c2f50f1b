using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// What single attributes say about their whole event. Fed with each item, read at the end; names in the order met.
/// </summary>
public sealed class EventNotes
{
    /// <summary>At most so many names of each kind are kept; the rest is noise or an attack.</summary>
    public const int Limit = 1_000;

    private readonly Names _actors = new();
    private readonly Names _families = new();
    private readonly Names _campaigns = new();

    /// <summary>Values of threat-actor attributes.</summary>
    public IReadOnlyList<string> Actors => _actors.InOrder;

    /// <summary>Values of malware-type attributes.</summary>
    public IReadOnlyList<string> Families => _families.InOrder;

    /// <summary>Values of campaign-name and campaign-id attributes.</summary>
    public IReadOnlyList<string> Campaigns => _campaigns.InOrder;

    public void Add(EventItem item)
    {
        switch (item)
        {
            case EventItem.Attribute { Value: var attribute }:
                Add(attribute);
                break;
            case EventItem.Object { Value: { Deleted: false } thing }:
                foreach (var attribute in thing.Attributes) Add(attribute);
                break;
        }
    }

    private void Add(MispAttribute attribute)
    {
        if (attribute.Deleted) return;
        var names = attribute.Type switch
        {
            "threat-actor" => _actors,
            "malware-type" => _families,
            "campaign-name" or "campaign-id" => _campaigns,
            _ => null,
        };
        names?.Add(ValueText.Clean(attribute.Value));
    }

    private sealed class Names
    {
        private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

        public List<string> InOrder { get; } = [];

        public void Add(string name)
        {
            if (name.Length is 0 or > ValueText.MaxLength || InOrder.Count == Limit) return;
            if (_known.Add(name)) InOrder.Add(name);
        }
    }
}
