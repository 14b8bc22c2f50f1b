using System.Runtime.CompilerServices;
using System.Text;

namespace MispGraphSync.Ledger;

/// <summary>
/// Reads what <see cref="BlobWriter"/> wrote. A damaged record throws one of the exceptions of <see cref="LedgerFault.IsDamage"/>.
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

    /// <summary>The number of elements that follow, each at least one byte: a damaged count cannot exhaust memory.</summary>
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

    /// <summary>A text that many rows share: one string for all of them.</summary>
    public string Name() => StringPool.Get(Bytes());

    public string? TextOrNull() => Flag() ? Text() : null;

    public string[] Texts()
    {
        var texts = new string[Count()];
        for (var i = 0; i < texts.Length; i++) texts[i] = Text();
        return texts;
    }

    public Hash128 Hash() => Hash128.Read(Bytes());

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
