using System.Buffers.Text;

namespace MispGraphSync.Destinations;

/// <summary>
/// Finds the MISP events that a listed indicator names: all kinds write "event", a separator and the UUID into some text.
/// </summary>
internal static class MentionedEvents
{
    private const int Length = 36;

    /// <summary>Each once; empty for none.</summary>
    public static IReadOnlyList<Guid> In(ReadOnlySpan<byte> raw)
    {
        List<Guid>? found = null;
        while (raw.IndexOf("event"u8) is >= 0 and var at)
        {
            raw = raw[(at + "event"u8.Length)..];
            if (raw.Length <= Length || raw[0] is not ((byte)' ' or (byte)'=')) continue;
            if (!Utf8Parser.TryParse(raw.Slice(1, Length), out Guid uuid, out var read, 'D') || read != Length) continue;
            if (found?.Contains(uuid) != true) (found ??= []).Add(uuid);
        }

        return found ?? [];
    }
}
