using System.Globalization;

namespace MispGraphSync.Core.Hits;

/// <summary>A sighting of one attribute on one day, as MISP keeps it.</summary>
/// <param name="Source">The MISP server, by its name in the settings.</param>
/// <param name="Date">The first activity of the day's first alert, in whole seconds.</param>
public sealed record Sighting(string Source, Guid Event, Guid Attribute, SightingType Type, DateTimeOffset Date)
{
    /// <summary>
    /// The same on every machine and after a lost ledger, so that MISP keeps it once. Destinations and alerts are not part of it: an
    /// attribute is seen at most once a day.
    /// </summary>
    public Guid Uuid(string instance) => StableId.From(string.Create(
        CultureInfo.InvariantCulture, $"sighting\n{instance}\n{Attribute:D}\n{Date.UtcDateTime:yyyy-MM-dd}\n{(int)Type}"));
}

/// <summary>MISP's numbers.</summary>
public enum SightingType
{
    Seen = 0,
    FalsePositive = 1,
}

/// <summary>What became of the sighting of a hit.</summary>
public enum SightingState
{
    Written,

    /// <summary>Not yet written: sightings are off, or this run's share is used up.</summary>
    Waiting,

    /// <summary>It would be written, but for a dry run.</summary>
    Planned,

    /// <summary>None is written: a reason says why.</summary>
    None,
}

/// <summary>Why no sighting is written.</summary>
public enum NoSighting
{
    /// <summary>The host of the URL was seen, and nothing of its path.</summary>
    WeakMatch,

    /// <summary>Analysts say that it was a test.</summary>
    Test,

    /// <summary>MISP has withdrawn it.</summary>
    Withdrawn,

    /// <summary>Its events are above sightings.maxTlp.</summary>
    AboveMaxTlp,

    /// <summary>It comes from a feed or a file.</summary>
    NoServer,

    /// <summary>MISP did not take it.</summary>
    Refused,
}
