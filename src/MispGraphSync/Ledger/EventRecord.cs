using MispGraphSync.Core.Domain;

namespace MispGraphSync.Ledger;

/// <summary>The ledger's form of an event's context.</summary>
internal static class EventRecord
{
    /// <summary>
    /// All but id and timestamp: what changes of it changes the event's indicators. Those two follow in <see cref="Write"/>.
    /// </summary>
    private static void WriteContent(BlobWriter to, EventContext context)
    {
        to.Guid(context.Uuid);
        to.Text(context.Info);
        to.Signed(context.Date?.DayNumber ?? -1);
        to.Number((ulong)context.ThreatLevel);
        to.TextOrNull(context.Organisation);
        TagRecord.Write(to, context.Tags, context.Galaxies);
        WriteNames(to, context.Actors);
        WriteNames(to, context.Families);
        WriteNames(to, context.Campaigns);
    }

    /// <summary>Writes it; the answer is how many bytes at the start are content.</summary>
    public static int Write(BlobWriter to, EventContext context)
    {
        WriteContent(to, context);
        var content = to.Written.Length;
        to.Signed(context.Id ?? 0);
        to.Time(context.Timestamp);
        return content;
    }

    /// <exception cref="Core.Ports.RunFailedException">Damaged.</exception>
    public static EventContext Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Decode(bytes);
        }
        catch (Exception fault) when (LedgerFault.IsDamage(fault))
        {
            throw LedgerFault.Damaged("an event", fault);
        }
    }

    private static EventContext Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new BlobReader(bytes);
        var uuid = from.Guid();
        var info = from.Text();
        var day = from.Signed();
        return new EventContext
        {
            Uuid = uuid,
            Info = info,
            Date = day < 0 ? null : DateOnly.FromDayNumber((int)day),
            ThreatLevel = from.Enum<ThreatLevel>(),
            Organisation = from.TextOrNull(),
            Tags = TagRecord.ReadTags(ref from),
            Galaxies = TagRecord.ReadGalaxies(ref from),
            Actors = ReadNames(ref from),
            Families = ReadNames(ref from),
            Campaigns = ReadNames(ref from),
            Id = from.Signed() is var id and not 0 ? id : null,
            Timestamp = from.Time() ?? DateTimeOffset.UnixEpoch,
        };
    }

    private static void WriteNames(BlobWriter to, IReadOnlyList<string> names)
    {
        to.Number((ulong)names.Count);
        foreach (var name in names) to.Text(name);
    }

    private static string[] ReadNames(ref BlobReader from)
    {
        var names = new string[from.Count()];
        for (var i = 0; i < names.Length; i++) names[i] = from.Text();
        return names;
    }
}
