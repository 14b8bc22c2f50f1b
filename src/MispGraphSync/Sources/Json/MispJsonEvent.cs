using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// One event of the JSON. <see cref="Items"/> can be enumerated, more than once, until the next event is asked for.
/// <see cref="Index"/> counts the input's events from 0.
/// </summary>
internal sealed record MispJsonEvent(MispEvent Event, IEnumerable<EventItem> Items, int Index)
{
    /// <summary>The event has a count of attributes, but the input has none of them, as in an event index.</summary>
    public bool IsSummary { get; init; }

    /// <summary>The event names its UUID itself.</summary>
    public bool HasUuid { get; init; }

    /// <summary>The JSON has a list of attributes or objects for it, be it an empty one.</summary>
    public bool HasItems { get; init; }

    /// <summary>
    /// Why the event cannot be read, to follow the word "its": a list is something else, or a tag has no name. Null for an
    /// event that is whole. With a fault there are no items: neither its attributes nor its tags are known for certain.
    /// </summary>
    public string? Fault { get; init; }
}
