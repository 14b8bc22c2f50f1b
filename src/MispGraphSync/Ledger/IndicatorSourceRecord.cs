using System.Collections.Immutable;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Ledger;

/// <summary>The ledger's form of a support's detail: all but attribute, part and keys, which are columns.</summary>
internal static class IndicatorSourceRecord
{
    private const ulong HostOfUrl = 1, Beside = 2;

    public static void Write(BlobWriter to, IndicatorSource support)
    {
        to.Text(support.Type);
        to.TextOrNull(support.Category);
        to.Number((ulong)support.Combined.Length);
        foreach (var observable in support.Combined) ObservableRecord.Write(to, observable);
        var shared = support.Single is { } single ? support.Combined.IndexOf(single) : -2;
        // Mostly the single observable is one of the combination: then only its place is kept.
        to.Signed(shared);
        if (shared == -1) ObservableRecord.Write(to, support.Single!);
        to.Time(support.Timestamp);
        to.Time(support.FirstSeen);
        to.Time(support.LastSeen);
        to.TextOrNull(support.Comment);
        TagRecord.Write(to, support.Tags, support.Galaxies);
        // Mostly nothing, and then not written: earlier versions did not know it.
        var more = (support.IsHostOfUrl ? HostOfUrl : 0) | (support.OtherHalf is null ? 0 : Beside);
        if (more != 0) to.Number(more);
        if (support.OtherHalf is { } other) ObservableRecord.Write(to, other);
    }

    /// <exception cref="Core.Ports.RunFailedException">Damaged.</exception>
    public static IndicatorSource Read(ReadOnlySpan<byte> detail, Guid attribute, int part)
    {
        try
        {
            return Decode(detail, attribute, part);
        }
        catch (Exception fault) when (LedgerFault.IsDamage(fault))
        {
            throw LedgerFault.Damaged($"attribute {attribute}", fault);
        }
    }

    private static IndicatorSource Decode(ReadOnlySpan<byte> detail, Guid attribute, int part)
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
        var support = new IndicatorSource
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
        if (from.IsAtEnd) return support;
        var more = from.Number();
        return support with
        {
            IsHostOfUrl = (more & HostOfUrl) != 0,
            OtherHalf = (more & Beside) != 0 ? ObservableRecord.Read(ref from) : null,
        };
    }
}

/// <summary>Tags and galaxies, the same for events and attributes.</summary>
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
