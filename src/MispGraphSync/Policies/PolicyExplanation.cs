namespace MispGraphSync.Policies;

/// <summary><c>policy explain</c>: each attribute with the value, at each destination that is enabled.</summary>
/// <param name="Skipped">Attributes that no rule can send.</param>
internal sealed record PolicyExplanation(
    int Schema, string Asked, IReadOnlyList<ExplainedPolicy> Attributes, IReadOnlyList<SkippedByMapping> Skipped);

/// <param name="Decisions">By property: the value as JSON, and the rule that decided it, or null.</param>
internal sealed record ExplainedPolicy(
    string Source, Guid Event, Guid Attribute, string Type, string Destination, IReadOnlyList<PolicyDecision> Decisions);

internal sealed record PolicyDecision(string Property, string Value, string? Rule);

internal sealed record SkippedByMapping(string Source, Guid Event, Guid Attribute, string Type, string Reason);
