using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// From <see cref="From"/> on, and up to <see cref="To"/> where there is one; both belong to the range. A day as the upper
/// end means its first moment for moments, and the whole day for days.
/// </summary>
internal sealed record TimeCondition(FilterKey Key, TimeBound From, TimeBound? To) : Condition(Key)
{
    public override bool IsRelative => From.IsRelative || To is { IsRelative: true };

    public override Condition? WithoutRelative() => (From.IsRelative, To?.IsRelative) switch
    {
        (false, null or false) => this,
        (false, true) => this with { To = null },
        (true, false) => this with { From = TimeBound.Earliest },
        (true, _) => null,
    };

    public override bool Matches(EventView e) =>
        Key.Moment!(e) is { } moment && moment >= Lower(From.At(e.Now)) && (To is null || moment <= To.At(e.Now));

    public override void Write(Utf8JsonWriter writer)
    {
        if (To is null)
        {
            From.Write(writer);
            return;
        }
        writer.WriteStartArray();
        From.Write(writer);
        To.Write(writer);
        writer.WriteEndArray();
    }

    /// <summary>A day that began before the moment still holds it: <c>date: 7d</c> is about days.</summary>
    private DateTimeOffset Lower(DateTimeOffset from) =>
        Key.Name is "date" ? new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero) : from;
}

/// <summary>The event's day is not before, or not after, a day.</summary>
internal sealed record DayCondition(FilterKey Key, TimeBound Day) : Condition(Key)
{
    public override bool Matches(EventView e) => Key.Moment!(e) is { } moment
        && (Key.Name is "from" ? moment >= Day.Moment : moment <= Day.Moment);

    public override void Write(Utf8JsonWriter writer) => Day.Write(writer);
}
