using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>An event or an attribute while its JSON is read; reused for the next one.</summary>
internal abstract class TaggedDraft(StringPool pool, bool hasNumbers = false)
{
    public FieldValues Values { get; } = new(pool, hasNumbers);
    public List<MispTag> Tags { get; } = [];

    /// <summary>Galaxy clusters, each with the tag that attached it.</summary>
    public List<(GalaxyCluster Cluster, string? Tag)> Clusters { get; } = [];

    public virtual void Clear()
    {
        Values.Clear();
        Tags.Clear();
        Clusters.Clear();
    }

    protected MispTag[] BuildTags() => Tags.Count == 0 ? [] : Tags.ToArray();

    /// <summary>Without the clusters whose tag must not leave; the tag says so, not the cluster.</summary>
    protected GalaxyCluster[] BuildClusters() => Clusters.Count == 0
        ? []
        : [.. Clusters.Where(one => !HasTag(one.Tag, isLocal: true) || HasTag(one.Tag, isLocal: false)).Select(one => one.Cluster)];

    private bool HasTag(string? name, bool isLocal) => Tags.Exists(tag => tag.Name == name && tag.IsLocal == isLocal);
}

/// <summary>Without a type or a value it is still an attribute, with an empty text there: it has to be counted.</summary>
internal sealed class AttributeDraft(StringPool pool) : TaggedDraft(pool)
{
    public MispAttribute Build() => new()
    {
        Uuid = Values.Uuid,
        Type = Values.Text(Field.Type) ?? "",
        Category = Values.Text(Field.Category),
        Value = Values.Text(Field.Value) ?? "",
        ToIds = Values.IsOn(Field.ToIds),
        Deleted = Values.IsOn(Field.Deleted),
        OnWarninglist = Values.IsOn(Field.Warnings),
        Timestamp = Values.Time(Field.Timestamp) ?? DateTimeOffset.UnixEpoch,
        FirstSeen = Values.Time(Field.FirstSeen),
        LastSeen = Values.Time(Field.LastSeen),
        Comment = Values.NonEmptyText(Field.Comment),
        ObjectRelation = Values.NonEmptyText(Field.ObjectRelation),
        Tags = BuildTags(),
        Galaxies = BuildClusters(),
    };
}

/// <summary>A MISP object while its JSON is read; reused for the next one.</summary>
internal sealed class ObjectDraft(StringPool pool)
{
    public FieldValues Values { get; } = new(pool);
    public List<MispAttribute> Attributes { get; } = [];

    public void Clear()
    {
        Values.Clear();
        Attributes.Clear();
    }

    public MispObject Build() => new()
    {
        Uuid = Values.Uuid,
        Name = Values.Text(Field.Name) ?? "",
        Comment = Values.NonEmptyText(Field.Comment),
        Deleted = Values.IsOn(Field.Deleted),
        Attributes = Attributes.ToArray(),
    };
}

internal sealed class EventDraft(StringPool pool) : TaggedDraft(pool, hasNumbers: true)
{
    private readonly Dictionary<string, ClusterDetail> _clusters = new(StringComparer.Ordinal);
    private bool _hasEventName;

    public FieldValues Organisation { get; } = new(pool, hasNumbers: true);

    /// <summary>A name was read that only an event has; otherwise the object may be an attribute.</summary>
    public bool IsEvent =>
        _hasEventName || Values.Has(Field.Info) || Values.Has(Field.Date) || Values.Has(Field.ThreatLevelId);

    public bool HasUuid => Values.Uuid is not null;

    /// <summary>A list of attributes or objects was read, even if it is empty.</summary>
    public bool HasItems { get; set; }

    /// <summary>An attribute or an object was read.</summary>
    public bool HasContent { get; set; }

    /// <summary>The event has a count of attributes, and they are not here: an index entry, or metadata only.</summary>
    public bool IsSummary => !HasItems && Values.Number(Field.AttributeCount) > 0;

    /// <summary>Why the event cannot be read; the first reason is kept. Null for a readable event.</summary>
    public string? Fault { get; private set; }

    public override void Clear()
    {
        base.Clear();
        Organisation.Clear();
        _clusters.Clear();
        (_hasEventName, HasItems, HasContent, Fault) = (false, false, false, null);
    }

    /// <summary>One of the event, or of an attribute of it.</summary>
    public void AddCluster(ClusterDetail cluster)
    {
        if (_clusters.Count < ClusterDraft.MaxPerEvent) _clusters.TryAdd(cluster.Tag, cluster);
    }

    /// <summary>It is named as one.</summary>
    public void MarkAsEvent() => _hasEventName = true;

    public void MarkUnreadable(string fault) => Fault ??= fault;

    /// <summary>
    /// Null may be an empty list, or a list that could not be written. Beside other attributes, or a count of 0, it is empty.
    /// </summary>
    public void CheckNullItems()
    {
        var hasNull = Values.Has(Field.Attribute) || Values.Has(Field.Object);
        if (hasNull && !HasContent && Values.Number(Field.AttributeCount) != 0)
            MarkUnreadable("\"Attribute\" or \"Object\" is null, and it has no other attributes");
    }

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        var isEmpty = reader.TokenType is JsonTokenType.Null || reader is { TokenType: JsonTokenType.String, ValueSpan.IsEmpty: true };
        Values.Set(field, ref reader);
        // Under a derived UUID the event would be a new one, and the known one would look withdrawn.
        if (field is Field.Uuid && !HasUuid && !isEmpty) MarkUnreadable("\"uuid\" is not a UUID");
    }

    public MispEvent Build(Guid uuidIfMissing) => new()
    {
        Uuid = Values.Uuid ?? uuidIfMissing,
        Id = Values.Number(Field.Id),
        Info = Values.Text(Field.Info) ?? "",
        Date = Values.Time(Field.Date) is { } moment ? DateOnly.FromDateTime(moment.UtcDateTime) : null,
        Timestamp = Values.Time(Field.Timestamp) ?? DateTimeOffset.UnixEpoch,
        PublishTimestamp = Values.Time(Field.PublishTimestamp) is { } published && published > DateTimeOffset.UnixEpoch ? published : null,
        ThreatLevel = Values.Number(Field.ThreatLevelId) is { } level and >= 1 and <= 4 ? (ThreatLevel)level : ThreatLevel.Undefined,
        Published = Values.IsOn(Field.Published),
        Distribution = Values.SmallNumber(Field.Distribution),
        SharingGroupId = Values.Number(Field.SharingGroupId),
        Analysis = Values.SmallNumber(Field.Analysis),
        Organisation = Organisation.NonEmptyText(Field.Name) ?? Values.NonEmptyText(Field.Orgc),
        OrganisationUuid = Organisation.Uuid,
        OrganisationId = Organisation.Number(Field.Id) ?? Values.Number(Field.OrgcId),
        Tags = BuildTags(),
        Galaxies = BuildClusters(),
        Clusters = _clusters.Count == 0 ? [] : [.. _clusters.Values],
    };
}
