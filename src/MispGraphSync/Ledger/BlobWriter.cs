using System.Text;

namespace MispGraphSync.Ledger;

/// <summary>Writes the ledger's compact records: numbers as varints, texts as length and UTF-8.</summary>
internal sealed class BlobWriter
{
    private byte[] _bytes = new byte[512];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Number(ulong value)
    {
        var space = Space(10);
        var at = 0;
        while (value >= 0x80)
        {
            space[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        space[at++] = (byte)value;
        _length += at;
    }

    /// <summary>A signed number, zigzag-encoded so that small ones stay short.</summary>
    public void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    public void Flag(bool value) => Number(value ? 1UL : 0UL);

    public void Text(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Number((ulong)size);
        Encoding.UTF8.GetBytes(value, Space(size));
        _length += size;
    }

    public void TextOrNull(string? value)
    {
        Flag(value is not null);
        if (value is not null) Text(value);
    }

    public void Texts(IReadOnlyList<string> values)
    {
        Number((ulong)values.Count);
        foreach (var value in values) Text(value);
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number((ulong)value.Length);
        value.CopyTo(Space(value.Length));
        _length += value.Length;
    }

    public void Hash(Hash128 value)
    {
        Number(Hash128.Size);
        value.Write(Space(Hash128.Size));
        _length += Hash128.Size;
    }

    public void Guid(Guid value)
    {
        value.TryWriteBytes(Space(16), bigEndian: true, out _);
        _length += 16;
    }

    /// <summary>Milliseconds since 1970; 0 for none.</summary>
    public void Time(DateTimeOffset? value) => Signed(value?.ToUnixTimeMilliseconds() ?? 0);

    private Span<byte> Space(int size)
    {
        if (_bytes.Length - _length < size) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        return _bytes.AsSpan(_length);
    }
}
