using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>Names in single attributes that apply to their whole event, in order. Filled item by item, read at the end.</summary>
/// <param name="tagging">Of the event.</param>
public sealed class EventNotes(TagMeaning tagging)
{
    /// <summary>The most names of each kind; more are noise or an attack.</summary>
    public const int Limit = 1_000;

    private readonly OrderedDictionary<string, bool> _actors = new(StringComparer.OrdinalIgnoreCase);
    private readonly OrderedDictionary<string, bool> _families = new(StringComparer.OrdinalIgnoreCase);
    private readonly OrderedDictionary<string, bool> _campaigns = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Actors => _actors.Keys;
    public IReadOnlyList<string> Families => _families.Keys;
    public IReadOnlyList<string> Campaigns => _campaigns.Keys;

    public void Add(EventItem item)
    {
        if (item is EventItem.Attribute { Value: var single }) Add(single);
        if (item is not EventItem.Object { Value: { Deleted: false } thing }) return;
        foreach (var attribute in thing.Attributes) Add(attribute);
    }

    // It would go out with every indicator of the event, and these may go where it must not. Without a tag of the event, their TLP
    // is that of each destination's settings.
    private bool IsStricter(TagMeaning own) =>
        own.Tlp > (tagging.Tlp ?? Tlp.Clear) || own.Pap > (tagging.Pap ?? Tlp.Clear);

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
        if (names is null || names.Count == Limit || IsStricter(TagMap.Read(attribute.Tags, attribute.Galaxies))) return;
        var name = ValueText.Clean(attribute.Value);
        if (name.Length is > 0 and <= ValueText.MaxLength) names.TryAdd(name, true);
    }
}
