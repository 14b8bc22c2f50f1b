namespace MispGraphSync.Ledger;

/// <summary>The stored form of an event: what its indicators need.</summary>
internal static class EventRecord
{
    /// <summary>
    /// Writes it and returns a hash of its content: all but ids and times of changes. A change of the content changes the event's
    /// indicators.
    /// </summary>
    public static Hash128 Write(BlobWriter to, MispEvent context)
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
        to.Time(context.PublishTimestamp);
        to.Signed(context.OrganisationId ?? 0);
        var more = to.Written.Length;
        to.Flag(context.Published);
        to.Signed(context.Distribution ?? -1);
        to.Signed(context.SharingGroupId ?? 0);
        to.Guid(context.OrganisationUuid ?? Guid.Empty);
        to.Number((ulong)context.Matches.Count);
        foreach (var match in context.Matches) to.Number(match);
        var written = to.Written.Span;
        return Hash128.Of([.. written[..content], .. written[more..]]);
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
            var context = new MispEvent
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
            // An earlier version wrote no more.
            return from.IsAtEnd ? context : context with
            {
                PublishTimestamp = from.Time(),
                OrganisationId = from.Signed() is var organisation and not 0 ? organisation : null,
                Published = from.Flag(),
                Distribution = from.Signed() is var distribution and >= 0 ? (int)distribution : null,
                SharingGroupId = from.Signed() is var group and not 0 ? group : null,
                OrganisationUuid = from.Guid() is var owner && owner != Guid.Empty ? owner : null,
                Matches = MatchesIn(ref from),
            };
        }
        catch (Exception fault) when (LedgerFault.IsDamage(fault))
        {
            throw LedgerFault.Damaged("an event", fault);
        }
    }

    private static ulong[] MatchesIn(ref BlobReader from)
    {
        var matches = new ulong[from.Count()];
        for (var i = 0; i < matches.Length; i++) matches[i] = from.Number();
        return matches;
    }
}
