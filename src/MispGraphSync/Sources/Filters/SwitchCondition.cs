using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>On or off. Goes out as 1 or 0, since the server does not take every other form.</summary>
internal sealed record SwitchCondition(FilterKey Key, bool On) : Condition(Key)
{
    public override bool Matches(EventView e) => Key.IsOn?.Invoke(e, On) ?? true;

    public override void Write(Utf8JsonWriter writer) => writer.WriteNumberValue(On ? 1 : 0);
}

/// <summary>Events with deleted attributes or without: <c>deleted: [0, 1]</c>. It selects nothing.</summary>
internal sealed record EitherCondition(FilterKey Key) : Condition(Key)
{
    public override bool Matches(EventView e) => true;

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(0);
        writer.WriteNumberValue(1);
        writer.WriteEndArray();
    }
}
