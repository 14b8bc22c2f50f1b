using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>The order asked for, e.g. <c>"Event.id asc"</c>. An order that the server does not know is ignored.</summary>
internal sealed record EventOrder(string Field, bool Descending)
{
    private static readonly HashSet<string> Fields =
        ["id", "info", "analysis", "threat_level_id", "distribution", "timestamp", "publish_timestamp", "date"];

    public static EventOrder? From(JsonNode? value)
    {
        var text = (value is JsonArray list ? list.FirstOrDefault() : value)?.ToString().Split(',')[0].Trim() ?? "";
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) return null;

        var field = parts[0].StartsWith("Event.", StringComparison.OrdinalIgnoreCase) ? parts[0]["Event.".Length..] : parts[0];
        return Fields.Contains(field) ? new(field, parts.Length > 1 && parts[1].Equals("desc", StringComparison.OrdinalIgnoreCase)) : null;
    }

    public IEnumerable<StoredEvent> Sort(IEnumerable<StoredEvent> events) => (Field, Descending) switch
    {
        ("info" or "date", false) => events.OrderBy(Text, StringComparer.Ordinal).ThenBy(stored => stored.Id),
        ("info" or "date", true) => events.OrderByDescending(Text, StringComparer.Ordinal).ThenBy(stored => stored.Id),
        (_, false) => events.OrderBy(Number).ThenBy(stored => stored.Id),
        (_, true) => events.OrderByDescending(Number).ThenBy(stored => stored.Id),
    };

    private string Text(StoredEvent stored) => stored.Head.Text(Field);

    private long Number(StoredEvent stored) => stored.Head.Number(Field);
}
