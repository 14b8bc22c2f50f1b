namespace MispGraphSync.Core.Domain;

/// <summary>A MISP event without its attributes.</summary>
public sealed record MispEvent
{
    /// <summary>The event's own UUID; where a file has none, one derived from the source and the file's name.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The server's number for it; null in feeds and in files written by other programs.</summary>
    public long? Id { get; init; }

    /// <summary>The title. Hostile text of any length; empty where the file has none.</summary>
    public string Info { get; init; } = "";

    /// <summary>The day the analyst gave it, without a time; null when missing or unreadable.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Last change, whole seconds, UTC; the Unix epoch when missing.</summary>
    public DateTimeOffset Timestamp { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Last publication; null when it was never published ("0" in MISP).</summary>
    public DateTimeOffset? PublishTimestamp { get; init; }

    public ThreatLevel ThreatLevel { get; init; } = ThreatLevel.Undefined;
    public bool Published { get; init; }

    /// <summary>0 own organisation, 1 community, 2 connected, 3 all, 4 sharing group; null when missing.</summary>
    public int? Distribution { get; init; }

    public long? SharingGroupId { get; init; }

    /// <summary>0 initial, 1 ongoing, 2 completed; null when missing.</summary>
    public int? Analysis { get; init; }

    /// <summary>The organisation that created it (Orgc).</summary>
    public string? Organisation { get; init; }

    public Guid? OrganisationUuid { get; init; }
    public long? OrganisationId { get; init; }
    public IReadOnlyList<MispTag> Tags { get; init; } = [];
    public IReadOnlyList<GalaxyCluster> Galaxies { get; init; } = [];

    /// <summary>The conditions on attributes, by a hash of each, that the event meets: destinations choose events by them.</summary>
    public IReadOnlyList<ulong> Matches { get; init; } = [];

    /// <summary>Clusters of the event and of its attributes, restricted ones too, for context objects.</summary>
    public IReadOnlyList<ClusterDetail> Clusters { get; init; } = [];

    /// <summary>Values of its threat-actor attributes. Like the next two empty until all attributes are read.</summary>
    public IReadOnlyList<string> Actors { get; init; } = [];

    /// <summary>Values of its malware-type attributes.</summary>
    public IReadOnlyList<string> Families { get; init; } = [];

    /// <summary>Values of its campaign-name and campaign-id attributes: sent as tags.</summary>
    public IReadOnlyList<string> Campaigns { get; init; } = [];
}

/// <summary>MISP's threat_level_id. The numbers are MISP's: 1 is the worst.</summary>
public enum ThreatLevel { High = 1, Medium = 2, Low = 3, Undefined = 4 }

/// <summary>A tag as MISP writes it, with outer blanks: MISP's searches compare them. Local tags are never sent.</summary>
public sealed record MispTag(string Name, bool IsLocal = false)
{
    internal const string GalaxyPrefix = "misp-galaxy:";

    /// <summary>True for the tag of a custom galaxy cluster: it holds a UUID where the tag of a library cluster holds the name.</summary>
    public static bool IsOfCustomCluster(string name)
    {
        var tag = name.AsSpan().Trim();
        if (!tag.StartsWith(GalaxyPrefix, StringComparison.OrdinalIgnoreCase)) return false;
        var equals = tag.IndexOf('=');
        return equals > 0 && Guid.TryParseExact(tag[(equals + 1)..].Trim().Trim('"').Trim(), "D", out _);
    }
}

/// <summary>One cluster of a galaxy: the galaxy's type ("threat-actor") and the cluster's value ("Sofacy").</summary>
public sealed record GalaxyCluster(string Galaxy, string Value);
