namespace MispGraphSync.Core.Domain;

/// <summary>One value in a MISP event, in or outside an object. The value is hostile text.</summary>
public sealed record MispAttribute
{
    /// <summary>Null where the producer gave none (some 300 in published events).</summary>
    public Guid? Uuid { get; init; }

    /// <summary>MISP's attribute type, such as <c>ip-dst</c> or <c>filename|sha256</c>.</summary>
    public required string Type { get; init; }

    public string? Category { get; init; }
    public required string Value { get; init; }

    /// <summary>MISP's to_ids: meant for detection. False when missing.</summary>
    public bool ToIds { get; init; }

    public bool Deleted { get; init; }

    /// <summary>True when the server found the value on an enabled warninglist.</summary>
    public bool OnWarninglist { get; init; }

    /// <summary>Last change, whole seconds, UTC; the Unix epoch when missing.</summary>
    public DateTimeOffset Timestamp { get; init; } = DateTimeOffset.UnixEpoch;

    public DateTimeOffset? FirstSeen { get; init; }
    public DateTimeOffset? LastSeen { get; init; }
    public string? Comment { get; init; }

    /// <summary>The role in its object; null outside objects.</summary>
    public string? ObjectRelation { get; init; }

    public IReadOnlyList<MispTag> Tags { get; init; } = [];
    public IReadOnlyList<GalaxyCluster> Galaxies { get; init; } = [];
}

/// <summary>A MISP object: attributes that describe one thing together, such as a file with its hashes.</summary>
public sealed record MispObject
{
    public Guid? Uuid { get; init; }

    /// <summary>The template's name, such as <c>file</c> or <c>domain-ip</c>.</summary>
    public required string Name { get; init; }

    public string? Comment { get; init; }
    public bool Deleted { get; init; }
    public required IReadOnlyList<MispAttribute> Attributes { get; init; }
}

/// <summary>One item of an event: an attribute outside objects, or an object with its attributes.</summary>
public abstract record EventItem
{
    private EventItem() { }

    public abstract int AttributeCount { get; }

    public sealed record Attribute(MispAttribute Value) : EventItem
    {
        public override int AttributeCount => 1;
    }

    public sealed record Object(MispObject Value) : EventItem
    {
        public override int AttributeCount => Value.Attributes.Count;
    }
}
