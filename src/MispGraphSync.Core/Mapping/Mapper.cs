using System.Collections.Immutable;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// Turns one item of an event into supports, and tells every attribute's fate. Pure; never throws, whatever the value.
/// </summary>
public static class Mapper
{
    /// <summary>
    /// Raised with every change of what comes out, and of what destinations take and are sent of it: everything is read and
    /// planned again.
    /// </summary>
    public const int Version = 2;

    public static MappedItem Map(EventItem item, MapContext context) => item switch
    {
        EventItem.Attribute { Value: var attribute } => MapAttribute(attribute, context),
        EventItem.Object { Value: var thing } => ObjectMapper.Map(thing, context),
        _ => throw new InvalidOperationException($"No mapping for {item.GetType().Name}."),
    };

    private static MappedItem MapAttribute(MispAttribute attribute, MapContext context)
    {
        var id = Id(attribute, context);
        var reading = Read(attribute, context, out var fate);
        return new([new(id, attribute, fate)], Supports(id, attribute, reading, firstPart: 0));
    }

    internal static Guid Id(MispAttribute attribute, MapContext context) =>
        attribute.Uuid ?? StableId.ForAttribute(context.Source, context.Event, attribute.Type, attribute.Value);

    /// <summary>What an attribute by itself means. The reading is empty unless the fate is Mapped.</summary>
    internal static ParseResult Read(MispAttribute attribute, MapContext context, out MappingOutcome fate)
    {
        var row = AttributeMap.Find(attribute.Type);
        var reading = ParseResult.Nothing;
        fate = row switch
        {
            _ when attribute.Deleted => Fates.Skipped(SkipReason.Deleted),
            TypeRule.EventLevel => MappingOutcome.Context.Instance,
            _ when Unselected(attribute, context) is { } reason => Fates.Skipped(reason),
            TypeRule.Excluded never => Fates.Skipped(never.Reason),
            TypeRule.Detectable watched => Judge(reading = Read(watched.Parser, attribute.Value)),
            _ => throw new InvalidOperationException($"No fate for {row.GetType().Name}."),
        };
        return fate is MappingOutcome.Mapped ? reading : ParseResult.Nothing;
    }

    /// <summary>Why MISP itself keeps an attribute from detection; null when it does not.</summary>
    internal static SkipReason? Unselected(MispAttribute attribute, MapContext context) => attribute switch
    {
        { ToIds: false } when context.ToIdsOnly => SkipReason.NotForDetection,
        { OnWarninglist: true } when context.EnforceWarninglist => SkipReason.Warninglist,
        _ => null,
    };

    internal static ParseResult Read(ValueParser reader, string value)
    {
        var text = ValueText.Trim(value);
        if (text.Length == 0) return ParseResult.Failed(SkipReason.EmptyValue);
        // A pattern may be written on several lines; it looks at its literal itself.
        if (ValueText.HasBreak(text) && reader != ValueParsers.Pattern) return ParseResult.Failed(SkipReason.InvalidValue);
        var reading = reader(text);
        return reading.Reason is null && ValueText.IsDamaged(text) ? ParseResult.Failed(SkipReason.InvalidValue) : reading;
    }

    /// <summary>One support for each thing watched alone; the first also carries what Graph watches together.</summary>
    internal static ImmutableArray<IndicatorSource> Supports(
        Guid id, MispAttribute attribute, ParseResult reading, int firstPart, string? comment = null)
    {
        var count = Math.Max(reading.Singles.Length, reading.Combined.IsEmpty ? 0 : 1);
        if (count == 0) return [];

        var supports = ImmutableArray.CreateBuilder<IndicatorSource>(count);
        for (var i = 0; i < count; i++)
        {
            supports.Add(new IndicatorSource
            {
                Attribute = id,
                Part = firstPart + i,
                Type = attribute.Type,
                Category = attribute.Category,
                Combined = i == 0 ? reading.Combined : [],
                Single = i < reading.Singles.Length ? reading.Singles[i] : null,
                OtherHalf = reading.Singles.Length == 2 ? reading.Singles[1 - i] : null,
                Timestamp = attribute.Timestamp,
                FirstSeen = attribute.FirstSeen,
                LastSeen = attribute.LastSeen,
                Comment = comment ?? attribute.Comment,
                Tags = [.. attribute.Tags],
                Galaxies = [.. attribute.Galaxies],
            });
        }

        return supports.MoveToImmutable();
    }

    private static MappingOutcome Judge(ParseResult reading) =>
        reading.Reason is { } fault ? Fates.Skipped(fault) : MappingOutcome.Mapped.Instance;
}

/// <summary>One fate object for each reason: there are as many fates as attributes.</summary>
internal static class Fates
{
    private static readonly MappingOutcome[] ByReason =
        [.. Enum.GetValues<SkipReason>().Select(reason => new MappingOutcome.Skipped(reason))];

    public static MappingOutcome Skipped(SkipReason reason) => ByReason[(int)reason];
}
