using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Reading;

/// <summary>
/// One event as it stands in the JSON. <see cref="Items"/> can be enumerated, more than once, until the next event is
/// asked for. <see cref="Index"/> counts the input's events from 0. <see cref="IsSummary"/>: the event says that it has
/// attributes, but the input has none of them, as in an event index.
/// </summary>
internal sealed record MispJsonEvent(MispEvent Event, IEnumerable<EventItem> Items, int Index, bool IsSummary);
