using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Tests.Mapping;

/// <summary>Items to map, and the mapping of them.</summary>
internal static class Given
{
    public static MapContext Context { get; } = new("test", Number(0xE), ToIdsOnly: true, EnforceWarninglist: true);

    public static Guid Number(int number) => new(number, 0, 0, new byte[8]);

    public static MispAttribute Attribute(string type, string value, string? relation = null) =>
        new() { Uuid = Number(1), Type = type, Value = value, ToIds = true, ObjectRelation = relation };

    public static MappedItem Map(this MispAttribute attribute, MapContext? context = null) =>
        Mapper.Map(new EventItem.Attribute(attribute), context ?? Context);

    public static MappedItem Map(this MispObject thing, MapContext? context = null) =>
        Mapper.Map(new EventItem.Object(thing), context ?? Context);

    public static MappedItem Map(string type, string value) => Attribute(type, value).Map();

    /// <summary>An object whose attributes have the numbers 1, 2, 3 … as UUIDs.</summary>
    public static MispObject Object(string name, params MispAttribute[] attributes) => new()
    {
        Name = name,
        Attributes = [.. attributes.Select((attribute, i) => attribute with { Uuid = Number(i + 1) })],
    };

    /// <summary>The outcome in a word: mapped, context, or the reason's slug.</summary>
    public static string Label(this MappingOutcome outcome) =>
        outcome.SkipReason is { } reason ? reason.Slug() : outcome.IsContext ? "context" : "mapped";

    public static string[] Outcomes(this MappedItem item) => [.. item.Attributes.Select(attribute => attribute.Outcome.Label())];

    /// <summary>The combined observables, one text a source: "domain:evil.example + ip:192.0.2.7".</summary>
    public static string[] Combined(this MappedItem item) =>
        [.. item.Sources.Where(s => !s.Combined.IsEmpty).Select(s => string.Join(" + ", s.Combined.Select(ObservableLabel.Of)))];

    /// <summary>The single observables.</summary>
    public static string[] Singles(this MappedItem item) =>
        [.. item.Sources.Select(s => s.Single).OfType<Observable>().Select(ObservableLabel.Of)];
}
