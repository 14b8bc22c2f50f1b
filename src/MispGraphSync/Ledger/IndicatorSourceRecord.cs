using System.Collections.Immutable;

namespace MispGraphSync.Ledger;

/// <summary>The stored form of a source: all but attribute, part and keys, which are columns.</summary>
internal static class IndicatorSourceRecord
{
    private const ulong HostOfUrl = 1, OtherHalf = 2, OfObject = 4, NeedsRule = 8;

    /// <summary>Stored by their place here.</summary>
    private static readonly SkipReason[] LiftedByRules = [SkipReason.NotForDetection, SkipReason.UnsupportedRelation, SkipReason.WeakAlone];

    public static void Write(BlobWriter to, IndicatorSource source)
    {
        to.Text(source.Type);
        to.TextOrNull(source.Category);
        to.Number((ulong)source.Combined.Length);
        foreach (var observable in source.Combined) ObservableRecord.Write(to, observable);
        var shared = source.Single is { } single ? source.Combined.IndexOf(single) : -2;
        // Mostly the single observable is one of the combination: then only its index is stored.
        to.Signed(shared);
        if (shared == -1) ObservableRecord.Write(to, source.Single!);
        to.Time(source.Timestamp);
        to.Time(source.FirstSeen);
        to.Time(source.LastSeen);
        to.TextOrNull(source.Comment);
        TagRecord.Write(to, source.Tags, source.Galaxies);
        // Rare, and not written when 0, since earlier versions had none of it.
        var more = (source.IsHostOfUrl ? HostOfUrl : 0) | (source.OtherHalf is null ? 0 : OtherHalf)
            | (source.Object is null ? 0 : OfObject) | (source.NeedsRule is null ? 0 : NeedsRule);
        if (more != 0) to.Number(more);
        if (source.OtherHalf is { } other) ObservableRecord.Write(to, other);
        if (source.Object is { } name)
        {
            to.Text(name);
            to.TextOrNull(source.Role);
        }

        if (source.NeedsRule is { } reason) to.Number((ulong)Array.IndexOf(LiftedByRules, reason));
    }

    /// <exception cref="Core.Ports.RunFailedException">The record is damaged.</exception>
    public static IndicatorSource Read(ReadOnlySpan<byte> detail, Guid attribute, int part)
    {
        try
        {
            var from = new BlobReader(detail);
            var type = from.Name();
            var category = from.Flag() ? from.Name() : null;
            var combination = ImmutableArray.CreateBuilder<Observable>(from.Count());
            for (var i = combination.Capacity; i > 0; i--) combination.Add(ObservableRecord.Read(ref from));
            var shared = (int)from.Signed();
            var single = shared switch
            {
                -2 => null,
                -1 => ObservableRecord.Read(ref from),
                _ => combination[shared],
            };
            var source = new IndicatorSource
            {
                Attribute = attribute,
                Part = part,
                Type = type,
                Category = category,
                Combined = combination.MoveToImmutable(),
                Single = single,
                Timestamp = from.Time() ?? DateTimeOffset.UnixEpoch,
                FirstSeen = from.Time(),
                LastSeen = from.Time(),
                Comment = from.TextOrNull(),
                Tags = TagRecord.ReadTags(ref from),
                Galaxies = TagRecord.ReadGalaxies(ref from),
            };
            if (from.IsAtEnd) return source;
            var more = from.Number();
            return source with
            {
                IsHostOfUrl = (more & HostOfUrl) != 0,
                OtherHalf = (more & OtherHalf) != 0 ? ObservableRecord.Read(ref from) : null,
                Object = (more & OfObject) != 0 ? from.Name() : null,
                Role = (more & OfObject) != 0 && from.Flag() ? from.Name() : null,
                NeedsRule = (more & NeedsRule) != 0 ? LiftedByRules[from.Int()] : null,
            };
        }
        catch (Exception fault) when (LedgerFault.IsDamage(fault))
        {
            throw LedgerFault.Damaged($"attribute {attribute}", fault);
        }
    }
}

/// <summary>The stored form of tags and galaxy clusters, the same for events and attributes.</summary>
internal static class TagRecord
{
    public static void Write(BlobWriter to, IReadOnlyList<MispTag> tags, IReadOnlyList<GalaxyCluster> galaxies)
    {
        to.Number((ulong)tags.Count);
        for (var i = 0; i < tags.Count; i++)
        {
            to.Text(tags[i].Name);
            to.Flag(tags[i].IsLocal);
        }

        to.Number((ulong)galaxies.Count);
        for (var i = 0; i < galaxies.Count; i++)
        {
            to.Text(galaxies[i].Galaxy);
            to.Text(galaxies[i].Value);
        }
    }

    public static ImmutableArray<MispTag> ReadTags(ref BlobReader from)
    {
        var count = from.Count();
        if (count == 0) return [];
        var tags = ImmutableArray.CreateBuilder<MispTag>(count);
        for (; count > 0; count--) tags.Add(new MispTag(from.Name(), from.Flag()));
        return tags.MoveToImmutable();
    }

    public static ImmutableArray<GalaxyCluster> ReadGalaxies(ref BlobReader from)
    {
        var count = from.Count();
        if (count == 0) return [];
        var galaxies = ImmutableArray.CreateBuilder<GalaxyCluster>(count);
        for (; count > 0; count--) galaxies.Add(new GalaxyCluster(from.Name(), from.Text()));
        return galaxies.MoveToImmutable();
    }
}
