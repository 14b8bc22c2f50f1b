namespace MispGraphSync.Sources.Json;

/// <summary>The JSON names that are read. All others are <see cref="None"/>: passed over with all that they hold.</summary>
internal enum Field : byte
{
    None,
    Analysis,
    Attribute,
    AttributeCount,
    AttributeTag,
    Category,
    Comment,
    Date,
    Deleted,
    Distribution,
    Event,
    EventTag,
    Exportable,
    FirstSeen,
    Galaxy,
    GalaxyCluster,
    Id,

    /// <summary>A number: the place in a list that PHP wrote as an object.</summary>
    Index,

    Info,

    /// <summary>On an attribute: a tag of its event.</summary>
    Inherited,

    LastSeen,
    Local,
    Name,
    Object,
    ObjectRelation,
    Orgc,
    OrgcId,
    Published,
    PublishTimestamp,
    Response,
    SharingGroupId,
    Tag,
    TagName,
    ThreatLevelId,
    Timestamp,
    ToIds,
    Type,
    Uuid,
    Value,
    Warnings,
}
