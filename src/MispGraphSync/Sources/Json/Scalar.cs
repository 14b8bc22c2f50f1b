using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Reads a JSON scalar in every form that programs write: MISP writes numbers as strings, others as numbers; booleans come as true,
/// 1 or "1". An unreadable value is null (false for a boolean), never an exception.
/// </summary>
internal static class Scalar
{
    private const double LargestExact = 1L << 53;

    private static readonly long FirstSecond = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long LastSecond = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    public static bool Flag(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.Number => reader.ValueSpan.ContainsAnyInRange((byte)'1', (byte)'9'),
        JsonTokenType.String => reader.ValueSpan.SequenceEqual("1"u8) || Ascii.EqualsIgnoreCase(reader.ValueSpan, "true"u8),
        _ => false,
    };

    /// <summary>A boolean that is present and false.</summary>
    public static bool IsOff(ref Utf8JsonReader reader) => reader.TokenType is not JsonTokenType.Null && !Flag(ref reader);

    /// <summary>Neither null nor false nor an empty text: in place of a list, the list is not empty.</summary>
    public static bool IsSomething(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String ? !reader.ValueSpan.IsEmpty : Flag(ref reader);

    /// <summary>A whole number; of a number with a fraction, as some languages write the time, the whole part.</summary>
    public static long? Integer(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) return null;
        var text = reader.ValueSpan.Trim(" "u8);
        if (Utf8Parser.TryParse(text, out long whole, out var used) && used == text.Length) return whole;
        return Utf8Parser.TryParse(text, out double number, out used) && used == text.Length && Math.Abs(number) < LargestExact
            ? (long)number
            : null;
    }

    /// <summary>Null for null; numbers as written; true and false as MISP's "1" and "0".</summary>
    public static string? Text(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String when !reader.ValueIsEscaped => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.String => LenientText.IsDamaged(reader.ValueSpan) ? LenientText.Unescape(reader.ValueSpan) : reader.GetString(),
        JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "1",
        JsonTokenType.False => "0",
        _ => null,
    };

    /// <summary>The same for text that is often repeated: types, categories, tag names.</summary>
    public static string? Text(ref Utf8JsonReader reader, StringPool pool)
    {
        if (reader.TokenType is not JsonTokenType.String || reader.ValueSpan.Length > StringPool.LongestName) return Text(ref reader);
        if (!reader.ValueIsEscaped) return pool.Get(reader.ValueSpan);
        if (LenientText.IsDamaged(reader.ValueSpan)) return LenientText.Unescape(reader.ValueSpan);
        Span<byte> unescaped = stackalloc byte[StringPool.LongestName];
        return pool.Get(unescaped[..reader.CopyString(unescaped)]);
    }

    public static Guid? Uuid(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.String) return null;
        if (Utf8Parser.TryParse(reader.ValueSpan, out Guid uuid, out var used) && used == reader.ValueSpan.Length) return uuid;
        return reader.ValueSpan.Length <= 100 && Guid.TryParse(Text(ref reader), out uuid) ? uuid : null;
    }

    /// <summary>Seconds since 1970, or an ISO 8601 date; null for anything else.</summary>
    public static DateTimeOffset? Time(ref Utf8JsonReader reader) => Integer(ref reader) is { } seconds
        ? seconds >= FirstSecond && seconds <= LastSecond ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null
        : Moment(ref reader);

    /// <summary>An ISO 8601 date and time; UTC without an offset.</summary>
    public static DateTimeOffset? Moment(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.String || reader.ValueSpan.Length is < 8 or > 100) return null;
        if (!reader.ValueIsEscaped && reader.TryGetDateTimeOffset(out var moment) && HasOffset(reader.ValueSpan))
            return moment.ToUniversalTime();
        return DateTimeOffset.TryParse(Text(ref reader), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment)
            ? moment.ToUniversalTime()
            : null;
    }

    /// <summary>Without an offset, the JSON reader assumes local time.</summary>
    private static bool HasOffset(ReadOnlySpan<byte> text) =>
        text[^1] == 'Z' || (text.Length > 10 && text[^6] is (byte)'+' or (byte)'-');
}
