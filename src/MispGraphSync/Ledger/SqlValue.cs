using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MispGraphSync.Ledger;

/// <summary>One parameter of a statement. Callers pass plain values; the conversions say how each is stored.</summary>
internal readonly struct SqlValue
{
    private const int ShortText = 256;

    private readonly Kind _kind;
    private readonly object? _reference;
    private readonly long _first;
    private readonly long _second;

    private SqlValue(Kind kind, object? reference = null, long first = 0, long second = 0) =>
        (_kind, _reference, _first, _second) = (kind, reference, first, second);

    private enum Kind : byte
    {
        Null,
        Number,
        Text,
        Key,
        Bytes,
    }

    public static implicit operator SqlValue(long value) => new(Kind.Number, first: value);

    public static implicit operator SqlValue(long? value) => value is { } number ? number : default(SqlValue);

    public static implicit operator SqlValue(bool value) => value ? 1 : 0;

    public static implicit operator SqlValue(string? value) => value is null ? default : new(Kind.Text, value);

    public static implicit operator SqlValue(Hash128 value) => new(Kind.Key, null, (long)value.High, (long)value.Low);

    public static implicit operator SqlValue(Hash128? value) => value is { } hash ? hash : default(SqlValue);

    /// <summary>Big-endian, as it is written.</summary>
    [SkipLocalsInit]
    public static implicit operator SqlValue(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Hash128.Read(bytes);
    }

    public static implicit operator SqlValue(Guid? value) => value is { } guid ? guid : default(SqlValue);

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public static implicit operator SqlValue(DateTimeOffset value) => value.ToUnixTimeMilliseconds();

    public static implicit operator SqlValue(DateTimeOffset? value) => value is { } time ? time : default(SqlValue);

    /// <summary>A blob; empty is an empty blob, never null.</summary>
    public static implicit operator SqlValue(ReadOnlyMemory<byte> value)
    {
        if (!MemoryMarshal.TryGetArray(value, out var segment)) segment = value.ToArray();
        return new(Kind.Bytes, segment.Array, segment.Offset, segment.Count);
    }

    public static implicit operator SqlValue(byte[] value) => new(Kind.Bytes, value, 0, value.Length);

    /// <summary>Binds it to the parameter at this position, from 1, and returns SQLite's code.</summary>
    [SkipLocalsInit]
    public int BindTo(nint statement, int at)
    {
        switch (_kind)
        {
            case Kind.Number:
                return Sqlite.BindLong(statement, at, _first);
            case Kind.Key:
                Span<byte> key = stackalloc byte[Hash128.Size];
                new Hash128((ulong)_first, (ulong)_second).Write(key);
                return Sqlite.BindBlob(statement, at, key);
            case Kind.Text:
                return BindText(statement, at, (string)_reference!);
            case Kind.Bytes:
                return Sqlite.BindBlob(statement, at, new ReadOnlySpan<byte>((byte[]?)_reference, (int)_first, (int)_second));
            default:
                return Sqlite.BindNull(statement, at);
        }
    }

    [SkipLocalsInit]
    private static int BindText(nint statement, int at, string text)
    {
        if (text.Length > ShortText) return Sqlite.BindText(statement, at, Encoding.UTF8.GetBytes(text));
        Span<byte> bytes = stackalloc byte[ShortText * 3];
        return Sqlite.BindText(statement, at, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }
}
