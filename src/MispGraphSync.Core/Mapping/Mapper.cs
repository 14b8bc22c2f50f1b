using System.Collections.Immutable;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Mapping;

/// <summary>Maps one item of an event to indicator sources and outcomes. Pure; never throws, whatever the value.</summary>
public static class Mapper
{
    /// <summary>Raised with every change of the result or of the items sent from it; everything is then read and planned again.</summary>
    public const int Version = 3;

    public static MappedItem Map(EventItem item, MapContext context) => item switch
    {
        EventItem.Attribute { Value: var attribute } => MapAttribute(attribute, context),
        EventItem.Object { Value: var thing } => ObjectMapper.Map(thing, context),
        _ => throw new InvalidOperationException($"No mapping for {item.GetType().Name}."),
    };

    private static MappedItem MapAttribute(MispAttribute attribute, MapContext context)
    {
        var id = Id(attribute, context);
        var result = ParseByType(attribute, context);
        var outcome = Outcome(result);
        var sources = Sources(id, attribute, result ?? ParseResult.Nothing, firstPart: 0);
        return new([new(id, attribute, outcome)], sources.IsEmpty ? SourcesByRule(id, attribute, outcome, firstPart: 0, context) : sources);
    }

    /// <summary>The sources that a rule may send in spite of the reason, by the attribute's type alone.</summary>
    internal static ImmutableArray<IndicatorSource> SourcesByRule(
        Guid id, MispAttribute attribute, MappingOutcome outcome, int firstPart, MapContext context, string? comment = null)
    {
        if (!context.ForRules || (context.EnforceWarninglist && attribute.OnWarninglist)) return [];
        // Of an object's attributes, context is what its template calls so.
        var reason = outcome.IsContext ? SkipReason.UnsupportedRelation : outcome.SkipReason;
        if (reason is not (SkipReason.NotForDetection or SkipReason.UnsupportedRelation or SkipReason.WeakAlone)) return [];
        if (AttributeMap.Find(attribute.Type) is not { Reason: null, IsEventLevel: false, Parser: { } parser }) return [];
        return [.. Sources(id, attribute, Parse(parser, attribute.Value), firstPart, comment).Select(
            source => source with { NeedsRule = reason })];
    }

    internal static Guid Id(MispAttribute attribute, MapContext context) =>
        attribute.Uuid ?? StableId.ForAttribute(context.Source, context.Event, attribute.Type, attribute.Value);

    /// <summary>The outcome of a result; null is context.</summary>
    internal static MappingOutcome Outcome(ParseResult? result) => result switch
    {
        null => MappingOutcome.Context,
        { Reason: { } reason } => MappingOutcome.Skipped(reason),
        _ => MappingOutcome.Mapped,
    };

    /// <summary>The attribute without regard to an object. Null when it describes the whole event.</summary>
    internal static ParseResult? ParseByType(MispAttribute attribute, MapContext context)
    {
        if (attribute.Deleted) return SkipReason.Deleted;
        var rule = AttributeMap.Find(attribute.Type);
        if (rule.IsEventLevel) return null;
        if ((NotSelected(attribute, context) ?? rule.Reason) is { } reason) return reason;
        return Parse(rule.Parser!, attribute.Value);
    }

    /// <summary>Why MISP itself excludes an attribute from detection; null when it does not.</summary>
    internal static SkipReason? NotSelected(MispAttribute attribute, MapContext context) => attribute switch
    {
        { ToIds: false } when context.ToIdsOnly => SkipReason.NotForDetection,
        { OnWarninglist: true } when context.EnforceWarninglist => SkipReason.Warninglist,
        _ => null,
    };

    internal static ParseResult Parse(ValueParser parser, string value)
    {
        var text = ValueText.Trim(value);
        if (text.Length == 0) return SkipReason.EmptyValue;
        // A pattern may be written on several lines; its parser checks the literal.
        if (ValueText.HasBreak(text) && parser != StixPattern.Parse) return SkipReason.InvalidValue;
        var result = parser(text);
        return result.Reason is null && ValueText.IsDamaged(text) ? SkipReason.InvalidValue : result;
    }

    /// <summary>One source for each single observable; the first also carries the combined ones.</summary>
    internal static ImmutableArray<IndicatorSource> Sources(
        Guid id, MispAttribute attribute, ParseResult result, int firstPart, string? comment = null, bool isHostOfUrl = false)
    {
        var count = Math.Max(result.Singles.Length, result.Combined.IsEmpty ? 0 : 1);
        if (count == 0) return [];

        var sources = ImmutableArray.CreateBuilder<IndicatorSource>(count);
        for (var i = 0; i < count; i++)
        {
            sources.Add(new IndicatorSource
            {
                Attribute = id,
                Part = firstPart + i,
                Type = attribute.Type,
                Category = attribute.Category,
                Combined = i == 0 ? result.Combined : [],
                Single = i < result.Singles.Length ? result.Singles[i] : null,
                IsHostOfUrl = isHostOfUrl,
                OtherHalf = result.Singles.Length == 2 ? result.Singles[1 - i] : null,
                Timestamp = attribute.Timestamp,
                FirstSeen = attribute.FirstSeen,
                LastSeen = attribute.LastSeen,
                Comment = comment ?? attribute.Comment,
                Tags = [.. attribute.Tags],
                Galaxies = [.. attribute.Galaxies],
            });
        }

        return sources.MoveToImmutable();
    }
}
