using System.Runtime.CompilerServices;
using System.Text;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Ledger;

/// <summary>
/// Reads what <see cref="BlobWriter"/> wrote. What is damaged throws one of the exceptions that <see cref="LedgerFault.IsDamage"/> knows.
/// </summary>
internal ref struct BlobReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    public int Int() => (int)Number();

    /// <summary>How many elements follow, each of one byte at least: a damaged count never takes all memory.</summary>
    public int Count()
    {
        var count = Number();
        return count <= (ulong)_rest.Length ? (int)count : throw new FormatException($"{count} elements in {_rest.Length} bytes.");
    }

    public T Enum<T>()
        where T : struct, Enum
    {
        var number = (int)Number();
        var value = Unsafe.As<int, T>(ref number);
        return System.Enum.IsDefined(value) ? value : throw new FormatException($"There is no {typeof(T).Name} {number}.");
    }

    public long Signed()
    {
        var value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public bool Flag() => Number() != 0;

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>A text that stands in many rows: it is the same string each time.</summary>
    public string Name() => StringPool.Known(Bytes());

    public Hash128 Hash() => Hash128.Read(Bytes());

    public string? TextOrNull() => Flag() ? Text() : null;

    public ReadOnlySpan<byte> Bytes()
    {
        var size = (int)Number();
        var value = _rest[..size];
        _rest = _rest[size..];
        return value;
    }

    public Guid Guid()
    {
        var value = new Guid(_rest[..16], bigEndian: true);
        _rest = _rest[16..];
        return value;
    }

    public DateTimeOffset? Time() => Signed() is var milliseconds and not 0 ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
}
