namespace MispGraphSync.Sources.Json;

/// <summary>
/// One event of the JSON. <see cref="Items"/> can be enumerated, more than once, until the next event is requested.
/// <see cref="Index"/> counts the input's events from 0.
/// </summary>
internal sealed record MispJsonEvent(MispEvent Event, IEnumerable<EventItem> Items, int Index)
{
    /// <summary>The event has a count of attributes, but the input has none of them, as in an event index.</summary>
    public bool IsSummary { get; init; }

    /// <summary>The JSON has the event's UUID.</summary>
    public bool HasUuid { get; init; }

    /// <summary>The JSON has a list of attributes or objects for it, even if it is empty.</summary>
    public bool HasItems { get; init; }

    /// <summary>
    /// Why the event cannot be read, to follow the word "its": a list is something else, or a tag has no name. Null for a
    /// readable event. With a fault there are no items: neither its attributes nor its tags are certain.
    /// </summary>
    public string? Fault { get; init; }
}

/// <summary>
/// The bytes are not what a MISP server or feed writes. The message completes "The file …": "is cut off at byte 512". Errors of
/// the stream itself, such as a lost connection, keep their own type.
/// </summary>
internal sealed class MispReadException(MispReadFault fault, string message, long offset, Exception? inner = null)
    : Exception(message, inner)
{
    public MispReadFault Fault => fault;
    public long Offset => offset;
}

internal enum MispReadFault
{
    Empty, Html, NotJson, Truncated, TooDeep, TooLong, NotUtf8,
}
