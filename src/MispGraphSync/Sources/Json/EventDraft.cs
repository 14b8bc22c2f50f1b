using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>The part that events and attributes have in common.</summary>
internal abstract class TaggedDraft
{
    public List<MispTag> Tags { get; } = [];

    /// <summary>Galaxy clusters, each with the tag that attached it.</summary>
    public List<(GalaxyCluster Cluster, string? Tag)> Clusters { get; } = [];

    protected MispTag[] BuildTags() => Tags.Count == 0 ? [] : Tags.ToArray();

    /// <summary>Without the clusters whose tag must not leave; the tag says so, not the cluster.</summary>
    protected GalaxyCluster[] BuildClusters() => Clusters.Count == 0
        ? []
        : [.. Clusters.Where(one => !HasTag(one.Tag, isLocal: true) || HasTag(one.Tag, isLocal: false)).Select(one => one.Cluster)];

    private bool HasTag(string? name, bool isLocal) => Tags.Exists(tag => tag.Name == name && tag.IsLocal == isLocal);
}

/// <summary>An event while its JSON is read. The last of duplicate names is used; lists are concatenated.</summary>
internal sealed class EventDraft(StringPool pool) : TaggedDraft
{
    private Guid? _uuid;
    private long? _id;
    private string? _info;
    private DateOnly? _date;
    private DateTimeOffset? _timestamp;
    private DateTimeOffset? _published;
    private ThreatLevel _threatLevel = ThreatLevel.Undefined;
    private bool _isPublished;
    private int? _distribution;
    private long? _sharingGroup;
    private int? _analysis;
    private string? _organisation;
    private Guid? _organisationUuid;
    private long? _organisationId;
    private long? _attributeCount;
    private bool _hasNullItems;

    /// <summary>A name was read that only an event has; otherwise the object may be an attribute.</summary>
    public bool IsEvent { get; set; }

    public bool HasUuid => _uuid is not null;

    /// <summary>A list of attributes or objects was read, even if it is empty.</summary>
    public bool HasItems { get; set; }

    /// <summary>An attribute or an object was read.</summary>
    public bool HasContent { get; set; }

    /// <summary>The event has a count of attributes, and they are not here: an index entry, or metadata only.</summary>
    public bool IsSummary => !HasItems && _attributeCount > 0;

    /// <summary>Why the event cannot be read; the first reason is kept. Null for a readable event.</summary>
    public string? Fault { get; private set; }

    public void MarkUnreadable(string fault) => Fault ??= fault;

    /// <summary>
    /// Null may be an empty list, or a list that could not be written. Beside other attributes, or a count of 0, it is empty.
    /// </summary>
    public void CheckNullItems()
    {
        if (_hasNullItems && !HasContent && _attributeCount != 0)
            MarkUnreadable("\"Attribute\" or \"Object\" is null, and it has no other attributes");
    }

    public void Set(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Uuid: SetUuid(ref reader); break;
            case Field.Id: _id = Scalar.Integer(ref reader); break;
            case Field.Info: _info = Scalar.Text(ref reader); IsEvent = true; break;
            case Field.Date: _date = Scalar.Day(ref reader); IsEvent = true; break;
            case Field.Timestamp: _timestamp = Scalar.Time(ref reader); break;
            case Field.PublishTimestamp: _published = Scalar.Time(ref reader); break;
            case Field.ThreatLevelId: SetThreatLevel(Scalar.Integer(ref reader)); IsEvent = true; break;
            case Field.Published: _isPublished = Scalar.Flag(ref reader); break;
            case Field.Distribution: _distribution = Scalar.SmallInteger(ref reader); break;
            case Field.SharingGroupId: _sharingGroup = Scalar.Integer(ref reader); break;
            case Field.Analysis: _analysis = Scalar.SmallInteger(ref reader); break;
            case Field.OrgcId: _organisationId = Scalar.Integer(ref reader); break;
            case Field.Orgc: _organisation = Scalar.Text(ref reader, pool); break;
            case Field.Attribute or Field.Object: _hasNullItems = true; break;
            case Field.AttributeCount: _attributeCount = Scalar.Integer(ref reader); break;
        }
    }

    public void SetOrganisation(Field field, ref Utf8JsonReader reader)
    {
        switch (field)
        {
            case Field.Name: _organisation = Scalar.Text(ref reader, pool); break;
            case Field.Uuid: _organisationUuid = Scalar.Uuid(ref reader); break;
            case Field.Id: _organisationId = Scalar.Integer(ref reader); break;
        }
    }

    public MispEvent Build(Guid uuidIfMissing) => new()
    {
        Uuid = _uuid ?? uuidIfMissing,
        Id = _id,
        Info = _info ?? "",
        Date = _date,
        Timestamp = _timestamp ?? DateTimeOffset.UnixEpoch,
        PublishTimestamp = _published > DateTimeOffset.UnixEpoch ? _published : null,
        ThreatLevel = _threatLevel,
        Published = _isPublished,
        Distribution = _distribution,
        SharingGroupId = _sharingGroup,
        Analysis = _analysis,
        Organisation = string.IsNullOrEmpty(_organisation) ? null : _organisation,
        OrganisationUuid = _organisationUuid,
        OrganisationId = _organisationId,
        Tags = BuildTags(),
        Galaxies = BuildClusters(),
    };

    /// <summary>Under a derived UUID the event would be a new one, and the known one would look withdrawn.</summary>
    private void SetUuid(ref Utf8JsonReader reader)
    {
        var isEmpty = reader.TokenType is JsonTokenType.Null || reader is { TokenType: JsonTokenType.String, ValueSpan.IsEmpty: true };
        _uuid = Scalar.Uuid(ref reader);
        if (_uuid is null && !isEmpty) MarkUnreadable("\"uuid\" is not a UUID");
    }

    private void SetThreatLevel(long? level) =>
        _threatLevel = level is >= 1 and <= 4 ? (ThreatLevel)level.Value : ThreatLevel.Undefined;
}
