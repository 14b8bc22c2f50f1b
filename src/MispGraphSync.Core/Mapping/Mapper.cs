using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>Turns one item of an event into supports, and tells every attribute's fate. Pure; never throws, whatever the value.</summary>
public static class Mapper
{
    /// <summary>Raised with every change of what comes out, so that a ledger knows to read everything again.</summary>
    public const int Version = 1;

    public static MappedItem Map(EventItem item, MapContext context) => new([], []);
}
