using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping.Normalise;
using static MispGraphSync.Core.Mapping.ParseResult;

namespace MispGraphSync.Core.Mapping;

/// <summary>Readers of values that hold several: Graph watches them together, the others each.</summary>
internal static class Composites
{
    /// <summary>A file name before the last bar (names may hold bars), what the reader reads after it.</summary>
    public static ValueParser NameAnd(ValueParser reader) => text =>
    {
        var bar = text.LastIndexOf('|');
        return bar < 0
            ? Failed(SkipReason.InvalidValue)
            : Both(FileNameIfAny, reader, text.AsSpan(0, bar), text.AsSpan(bar + 1));
    };

    /// <summary>Two values with the only bar between them.</summary>
    public static ValueParser Pair(ValueParser first, ValueParser second) => text =>
    {
        var bar = text.IndexOf('|');
        return bar < 0 || bar != text.LastIndexOf('|')
            ? Failed(SkipReason.InvalidValue)
            : Both(first, second, text.AsSpan(0, bar), text.AsSpan(bar + 1));
    };

    /// <summary>
    /// A host and its port; a colon will do where there is no bar and only one colon. A port that is none is dropped: the
    /// host is what matters.
    /// </summary>
    public static ValueParser WithPort(ValueParser host, Direction direction)
    {
        var port = ValueParsers.Port(direction);
        ParseResult PortIfAny(string text) => port(text) is { Reason: null } found ? found : Nothing;
        return text =>
        {
            var bar = text.IndexOf('|');
            var mark = bar >= 0 ? bar : text.IndexOf(':');
            if (mark < 0 || mark != text.LastIndexOf(bar >= 0 ? '|' : ':')) return Failed(SkipReason.InvalidValue);
            return Both(host, PortIfAny, text.AsSpan(0, mark), text.AsSpan(mark + 1));
        };
    }

    private static ParseResult Both(ValueParser first, ValueParser second, ReadOnlySpan<char> before, ReadOnlySpan<char> after)
    {
        var one = first(ValueText.Trim(before.ToString()));
        if (one.Reason is not null) return one;
        var two = second(ValueText.Trim(after.ToString()));
        return two.Reason is not null ? two : new([.. one.Combined, .. two.Combined], [.. one.Singles, .. two.Singles]);
    }

    /// <summary>A name beside a hash is a help, not a condition, and matches too much by itself.</summary>
    private static ParseResult FileNameIfAny(string text) => ValueParsers.Name(text) is { } name ? OnlyCombined(name) : Nothing;
}
