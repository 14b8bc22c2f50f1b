using System.Globalization;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Tests;

/// <summary>Builders: a test names only what it is about.</summary>
internal static class Some
{
    public static DateTimeOffset Now { get; } = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    public static Guid Uuid(int number) => Guid.Parse($"00000000-0000-4000-8000-{number.ToString("x12", CultureInfo.InvariantCulture)}");

    public static MispEvent Event(
        int number, DateTimeOffset? timestamp = null, ThreatLevel level = ThreatLevel.Medium, params string[] tags) => new()
        {
            Uuid = Uuid(number),
            Id = number,
            Info = $"Event {number}",
            Date = new DateOnly(2026, 1, 1).AddDays(number % 10),
            Timestamp = timestamp ?? Now.AddDays(-2),
            ThreatLevel = level,
            Tags = [.. tags.Select(tag => new MispTag(tag))],
        };

    public static EventItem Attribute(int number, string type, string value, bool toIds = true, params string[] tags) =>
        new EventItem.Attribute(new MispAttribute
        {
            Uuid = Uuid(1_000_000 + number),
            Type = type,
            Category = "Network activity",
            Value = value,
            ToIds = toIds,
            Timestamp = Now.AddDays(-3),
            Tags = [.. tags.Select(tag => new MispTag(tag))],
        });

    public static EventItem Domain(int number, params string[] tags) =>
        Attribute(number, "domain", $"d{number}.example", toIds: true, tags);

    public static EventItem[] Domains(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => Domain(number))];
}
