namespace MispGraphSync.Core.Mapping;

/// <summary>What each of MISP's attribute types is.</summary>
public static class AttributeMap
{
    /// <summary>Every type known here.</summary>
    public static IReadOnlyCollection<string> Types { get; } = [];
}
