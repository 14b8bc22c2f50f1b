using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>One STIX object as uploaded last, and what Sentinel made of it.</summary>
public sealed class StixObject
{
    internal StixObject(string source, JsonElement item, bool revoked, DateTimeOffset firstIngested, DateTimeOffset ingested)
    {
        Source = source;
        Bytes = JsonMarshal.GetRawUtf8Value(item).ToArray();
        Id = StixRules.Text(item, "id")!;
        Type = string.Intern(StixRules.Text(item, "type")!);
        Modified = item.GetProperty("modified").GetDateTimeOffset();
        ValidUntil = item.TryGetProperty("valid_until", out var until) ? until.GetDateTimeOffset() : null;
        Revoked = revoked;
        (FirstIngested, Ingested) = (firstIngested, ingested);
        if (StixRules.Text(item, "pattern") is not { } text) return;

        Pattern = text;
        var pattern = StixRules.Text(item, "pattern_type") == "stix" ? StixPattern.Parse(text) : null;
        ObservableKey = pattern?.ObservableKey ?? "";
        ObservableValue = pattern?.ObservableValue ?? "";
        PatternType = pattern?.ObjectType ?? "";
    }

    public string Source { get; }

    public string Id { get; }

    public string Type { get; }

    public DateTimeOffset Modified { get; }

    public DateTimeOffset? ValidUntil { get; }

    /// <summary>Final: no later upload brings it back.</summary>
    public bool Revoked { get; }

    public string Pattern { get; } = "";

    /// <summary>Empty when Sentinel cannot take the pattern apart: such an indicator is stored and never matches a log.</summary>
    public string ObservableKey { get; } = "";

    public string ObservableValue { get; } = "";

    public DateTimeOffset FirstIngested { get; }

    public DateTimeOffset Ingested { get; }

    /// <summary>The object's JSON text as sent.</summary>
    public string Json => Encoding.UTF8.GetString(Bytes.Span);

    internal ReadOnlyMemory<byte> Bytes { get; }

    internal string PatternType { get; } = "";

    /// <summary>Sentinel's own name of it.</summary>
    internal string Name => $"{Convert.ToBase64String(Encoding.UTF8.GetBytes(Source))}---{Id}";
}
