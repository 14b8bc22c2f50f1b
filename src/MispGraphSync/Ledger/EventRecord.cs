namespace MispGraphSync.Ledger;

/// <summary>The stored form of an event: what its indicators need.</summary>
internal static class EventRecord
{
    /// <summary>
    /// Writes it and returns the length of its content: all but id and timestamp. A change of the content changes the event's
    /// indicators.
    /// </summary>
    public static int Write(BlobWriter to, MispEvent context)
    {
        to.Guid(context.Uuid);
        to.Text(context.Info);
        to.Signed(context.Date?.DayNumber ?? -1);
        to.Number((ulong)context.ThreatLevel);
        to.TextOrNull(context.Organisation);
        TagRecord.Write(to, context.Tags, context.Galaxies);
        to.Texts(context.Actors);
        to.Texts(context.Families);
        to.Texts(context.Campaigns);
        var content = to.Written.Length;
        to.Signed(context.Id ?? 0);
        to.Time(context.Timestamp);
        return content;
    }

    /// <exception cref="RunFailedException">The record is damaged.</exception>
    public static MispEvent Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var from = new BlobReader(bytes);
            var uuid = from.Guid();
            var info = from.Text();
            var day = from.Signed();
            return new MispEvent
            {
                Uuid = uuid,
                Info = info,
                Date = day < 0 ? null : DateOnly.FromDayNumber((int)day),
                ThreatLevel = from.Enum<ThreatLevel>(),
                Organisation = from.TextOrNull(),
                Tags = TagRecord.ReadTags(ref from),
                Galaxies = TagRecord.ReadGalaxies(ref from),
                Actors = from.Texts(),
                Families = from.Texts(),
                Campaigns = from.Texts(),
                Id = from.Signed() is var id and not 0 ? id : null,
                Timestamp = from.Time() ?? DateTimeOffset.UnixEpoch,
            };
        }
        catch (Exception fault) when (LedgerFault.IsDamage(fault))
        {
            throw LedgerFault.Damaged("an event", fault);
        }
    }
}
