using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>How an event that matched is shown: which of its attributes, and which of its arrays.</summary>
internal sealed record EventView
{
    public enum DeletedMode
    {
        Left,
        Only,
        Both,
    }

    public DeletedMode Deleted { get; init; }

    /// <summary>Only attributes with this <c>to_ids</c>; null = all.</summary>
    public bool? ToIds { get; init; }

    public bool Metadata { get; init; }

    public bool ExcludeGalaxy { get; init; }

    /// <summary>The organisation of the user: custom clusters of others with distribution 0 are hidden.</summary>
    public string Organisation { get; init; } = "";

    public bool ExcludeLocalTags { get; init; }

    public bool IncludeAllTags { get; init; }

    /// <summary>In a search for attributes: those of the event as well.</summary>
    public bool IncludeEventTags { get; init; }

    public bool Flatten { get; init; }

    public bool NoShadowAttributes { get; init; }

    public bool NoEventReports { get; init; }

    /// <summary>Attributes with such a tag are cut out (negated <c>tags</c>).</summary>
    public IReadOnlyList<string> CutTags { get; init; } = [];

    /// <summary>Attributes on one of these lists are cut out (<c>enforceWarninglist</c>).</summary>
    public IReadOnlyList<Warninglist> Enforced { get; init; } = [];

    /// <summary>Hits on these lists are reported in <c>warnings</c> (<c>includeWarninglistHits</c>).</summary>
    public IReadOnlyList<Warninglist> Reported { get; init; } = [];

    /// <summary>No attribute is removed or gets a warning.</summary>
    public bool IsPlain => Deleted == DeletedMode.Left && ToIds is null && CutTags.Count == 0 && Enforced.Count == 0 && Reported.Count == 0;

    public bool Keeps(JsonObject attribute) => IsThere(attribute)
        && (ToIds is not { } wanted || attribute.Flag("to_ids") == wanted)
        && !(CutTags.Count > 0 && attribute.Tags().Any(tag => tag.IsLikeAny(CutTags)))
        && !(Enforced.Count > 0 && Enforced.Any(list => list.Hit(attribute.Text("value")) is not null));

    public bool IsThere(JsonObject attribute) =>
        Deleted == DeletedMode.Both || attribute.Flag("deleted") == (Deleted == DeletedMode.Only);

    public bool Keeps(JsonNode? tag) => tag is JsonObject json
        && !(ExcludeLocalTags && json.Flag("local"))
        && (IncludeAllTags || json.Flag("exportable"));
}
