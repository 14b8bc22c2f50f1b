using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MispGraphSync.Core.Domain;

/// <summary>The first 16 bytes of a SHA-256: collision-resistant, since values come from attackers. The ledger's keys and hashes.</summary>
public readonly record struct Hash128(ulong High, ulong Low)
{
    public const int Size = 16;

    /// <summary>A hash that no content has.</summary>
    public static Hash128 Unknown { get; } = new(ulong.MaxValue, ulong.MaxValue);

    public static Hash128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return Read(digest);
    }

    /// <summary>The hash of the text's UTF-8.</summary>
    public static Hash128 Of(string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return Of(buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The key's own 16 bytes, where an indicator has no known observables.</summary>
    public static Hash128 Of(Guid key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        key.TryWriteBytes(bytes, bigEndian: true, out _);
        return Read(bytes);
    }

    /// <summary>Big-endian.</summary>
    public static Hash128 Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>As SQLite sorts the bytes.</summary>
    public int CompareTo(Hash128 other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
    }

    public override string ToString() => $"{High:x16}{Low:x16}";
}
