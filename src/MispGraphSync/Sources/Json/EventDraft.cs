using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>An event while its JSON goes by. Of a name given twice, the last one counts; lists are added up.</summary>
internal sealed class EventDraft(StringPool pool)
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

    public List<MispTag> Tags { get; } = [];

    public List<TaggedCluster> Galaxies { get; } = [];

    /// <summary>Something was there that only an event has: a bare object could as well be an attribute.</summary>
    public bool IsEvent { get; set; }

    /// <summary>False: who it is must be known from elsewhere.</summary>
    public bool HasUuid => _uuid is not null;

    /// <summary>A list of attributes or objects was there, be it an empty one.</summary>
    public bool HasItems { get; set; }

    /// <summary>An attribute or an object was read.</summary>
    public bool HasContent { get; set; }

    /// <summary>The event says that it has attributes, and they are not here: an index entry, or metadata only.</summary>
    public bool IsSummary => !HasItems && _attributeCount > 0;

    /// <summary>Why the event cannot be read; the first reason counts. Null for an event that is whole.</summary>
    public string? Fault { get; private set; }

    public void Spoil(string fault) => Fault ??= fault;

    /// <summary>
    /// Null is no list for some programs, and a list that could not be written for others. Beside other attributes, or a
    /// count of 0, it means none.
    /// </summary>
    public void SpoilIfAttributesAreNull()
    {
        if (_hasNullItems && !HasContent && _attributeCount != 0)
        {
            Spoil("\"Attribute\" or \"Object\" is null, and it has no other attributes");
        }
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
        PublishTimestamp = _published is { } published && published > DateTimeOffset.UnixEpoch ? published : null,
        ThreatLevel = _threatLevel,
        Published = _isPublished,
        Distribution = _distribution,
        SharingGroupId = _sharingGroup,
        Analysis = _analysis,
        Organisation = string.IsNullOrEmpty(_organisation) ? null : _organisation,
        OrganisationUuid = _organisationUuid,
        OrganisationId = _organisationId,
        Tags = Tags.Count == 0 ? [] : Tags.ToArray(),
        Galaxies = GalaxyDraft.Open(Galaxies, Tags),
    };

    // An event under another UUID would be a new one, and the one that is known would look withdrawn.
    private void SetUuid(ref Utf8JsonReader reader)
    {
        var isEmpty = reader.TokenType is JsonTokenType.Null || reader is { TokenType: JsonTokenType.String, ValueSpan.IsEmpty: true };
        _uuid = Scalar.Uuid(ref reader);
        if (_uuid is null && !isEmpty) Spoil("\"uuid\" is not a UUID");
    }

    private void SetThreatLevel(long? level) =>
        _threatLevel = level is >= 1 and <= 4 ? (ThreatLevel)level.Value : ThreatLevel.Undefined;
}
