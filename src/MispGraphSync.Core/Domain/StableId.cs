using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace MispGraphSync.Core.Domain;

/// <summary>UUID version 5 (RFC 9562 §5.5): the same on every machine, so own indicators are recognised without the ledger.</summary>
public static class StableId
{
    private const int LongestOnStack = 1024;

    /// <summary>The namespace of all keys made here. Changing it would orphan every indicator ever sent.</summary>
    public static Guid Namespace { get; } = new("6f9b9a5e-3f0b-5c6e-9c58-8a4f2f7d1b33");

    /// <summary>The key of an indicator at a destination: UUIDv5 over these lines, joined by line feeds, UTF-8.</summary>
    public static Guid ForIndicator(string instance, string kind, string scope, string canonical, int generation)
    {
        Span<byte> name = stackalloc byte[LongestOnStack];
        return Utf8.TryWrite(
            name[16..], CultureInfo.InvariantCulture, $"{instance}\n{kind}\n{scope}\n{canonical}\n{generation}", out var length)
            ? From(name[..(16 + length)])
            : From($"{instance}\n{kind}\n{scope}\n{canonical}\n{generation}");
    }

    /// <summary>The UUID for an attribute that has none.</summary>
    public static Guid ForAttribute(string source, Guid @event, string type, string value) =>
        From($"{source}\n{@event:D}\n{type}\n{value}");

    /// <summary>UUIDv5 of the text in our namespace.</summary>
    public static Guid From(string name)
    {
        var length = Encoding.UTF8.GetMaxByteCount(name.Length) + 16;
        var bytes = length <= LongestOnStack ? stackalloc byte[length] : new byte[length];
        return From(bytes[..(16 + Encoding.UTF8.GetBytes(name, bytes[16..]))]);
    }

    // The first 16 bytes are the namespace's.
    private static Guid From(Span<byte> bytes)
    {
        Namespace.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // SHA-1 is what version 5 is defined by; nothing is protected by it.
        SHA1.HashData(bytes, hash);
#pragma warning restore CA5350
        var versioned = (ushort)((BinaryPrimitives.ReadUInt16BigEndian(hash[6..]) & 0x0FFF) | 0x5000);
        BinaryPrimitives.WriteUInt16BigEndian(hash[6..], versioned);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
