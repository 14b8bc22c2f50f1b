namespace MispGraphSync.Core.Domain;

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

/// <summary>What stands in an event: an attribute by itself, or an object with attributes of its own.</summary>
public abstract record EventItem
{
    private EventItem() { }

    public sealed record Attribute(MispAttribute Value) : EventItem;

    public sealed record Object(MispObject Value) : EventItem;
}
