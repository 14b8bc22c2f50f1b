using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>On or off. Goes out as 1 or 0, since the server does not take every other form.</summary>
internal sealed record SwitchCondition(FilterKey Key, bool On) : Condition(Key)
{
    /// <summary>With any <c>deleted</c> MISP drops events without attributes, and off is what it does anyway.</summary>
    public override bool IsSent => base.IsSent && (On || Key.Kind is not FilterKind.Deleted);

    public override bool Matches(EventView e) => Key.IsOn?.Invoke(e, On) ?? true;

    public override void Write(Utf8JsonWriter writer) => writer.WriteNumberValue(On ? 1 : 0);
}

/// <summary>
/// Events with deleted attributes or without: <c>deleted: [0, 1]</c>. It selects nothing, and is not sent: MISP would drop
/// events without attributes.
/// </summary>
internal sealed record EitherCondition(FilterKey Key) : Condition(Key)
{
    public override bool IsSent => false;

    public override bool Matches(EventView e) => true;

    public override void Write(Utf8JsonWriter writer) => throw new InvalidOperationException("It is never sent.");
}
