using System.Runtime.InteropServices;
using System.Text;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Returns one string for text that is often repeated: attribute types, categories, tag names. A table of fixed size where a new text
/// replaces the one in its slot, so that no input can make it grow or make it slow.
/// </summary>
internal sealed class StringPool
{
    /// <summary>Bytes; longer text is not pooled.</summary>
    public const int LongestName = 256;

    private const int Slots = 4096;

    private readonly string?[] _strings = new string?[Slots];
    private readonly MispTag?[] _tags = new MispTag?[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        ref var slot = ref _strings[Slot(utf8)];
        return slot is not null && slot.Length == utf8.Length && Ascii.Equals(utf8, slot)
            ? slot
            : slot = Encoding.UTF8.GetString(utf8);
    }

    /// <summary>One tag record for each name and origin.</summary>
    public MispTag Tag(string name, bool isLocal)
    {
        ref var slot = ref _tags[(name.GetHashCode(StringComparison.Ordinal) ^ (isLocal ? 1 : 0)) & (Slots - 1)];
        return slot is not null && slot.IsLocal == isLocal && slot.Name == name ? slot : slot = new MispTag(name, isLocal);
    }

    /// <summary>By length, first and last eight bytes: names of one length mostly differ there.</summary>
    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        ulong first = 0, last = 0;
        if (utf8.Length >= 8)
        {
            first = MemoryMarshal.Read<ulong>(utf8);
            last = MemoryMarshal.Read<ulong>(utf8[^8..]);
        }
        else
        {
            foreach (var b in utf8) first = (first << 8) | b;
        }
        var mixed = (first ^ (last * 0x9E3779B97F4A7C15) ^ (ulong)utf8.Length) * 0xD6E8FEB86659FD93;
        return (int)(mixed >> 52);
    }
}
