using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Compares an item as we write it with the same item as a service returns it, property by property and by meaning. A
/// service has its own spelling: names in another case, numbers in strings, dates with more digits, lists in another
/// order, everything inside an envelope. What it does not return (absent, null, an empty list) is no evidence: a difference
/// that is none would be repaired for ever.
/// </summary>
public static class ItemComparison
{
    /// <summary>Services keep whole seconds at best.</summary>
    private static readonly TimeSpan SameInstant = TimeSpan.FromSeconds(1);

    /// <summary>Sentinel is sent "stix" here and answers with the kind of observable.</summary>
    private static readonly FrozenSet<string> ServicesOwn = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "patterntype");

    /// <summary>The properties that have another value there than was sent; none when either is no JSON object.</summary>
    public static List<Difference> Compare(ReadOnlyMemory<byte> sent, ReadOnlyMemory<byte> returned)
    {
        var differences = new List<Difference>();
        using var ours = JsonDocument.Parse(sent);
        using var theirs = JsonDocument.Parse(returned);
        if (ours.RootElement.ValueKind != JsonValueKind.Object || theirs.RootElement.ValueKind != JsonValueKind.Object) return differences;
        var there = Unwrap(theirs.RootElement);
        foreach (var property in ours.RootElement.EnumerateObject())
        {
            if (ServicesOwn.Contains(Plain(property.Name))) continue;
            var value = Find(there, property.Name);
            if (!AreAlike(property.Value, value)) differences.Add(new Difference(property.Name, Text(property.Value), Text(value)));
        }

        return differences;
    }

    /// <summary>The names of an item's properties.</summary>
    public static HashSet<string> PropertiesOf(ReadOnlyMemory<byte> item)
    {
        using var json = JsonDocument.Parse(item);
        return json.RootElement.ValueKind == JsonValueKind.Object
            ? json.RootElement.EnumerateObject().Select(property => property.Name).ToHashSet(StringComparer.Ordinal)
            : [];
    }

    // Azure's management API: the item proper is in "properties", a STIX object one deeper in "data".
    private static JsonElement Unwrap(JsonElement item)
    {
        if (!item.TryGetProperty("properties"u8, out var properties) || properties.ValueKind != JsonValueKind.Object) return item;
        return properties.TryGetProperty("data"u8, out var data) && data.ValueKind == JsonValueKind.Object ? data : properties;
    }

    // Undefined where it is not there.
    private static JsonElement Find(JsonElement item, string name)
    {
        if (item.TryGetProperty(name, out var value)) return value;
        var plain = Plain(name);
        foreach (var property in item.EnumerateObject())
        {
            if (Plain(property.Name).Equals(plain, StringComparison.OrdinalIgnoreCase)) return property.Value;
        }

        return default;
    }

    // kill_chain_phases is killChainPhases.
    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal);

    private static bool AreAlike(JsonElement sent, JsonElement there)
    {
        if (IsNothing(there)) return true;
        return (sent.ValueKind, there.ValueKind) switch
        {
            (JsonValueKind.Array, JsonValueKind.Array) => HaveTheSame(sent, there),
            (JsonValueKind.Object, JsonValueKind.Object) =>
                sent.EnumerateObject().All(property => AreAlike(property.Value, Find(there, property.Name))),
            _ => AreSameText(Text(sent) ?? "", Text(there)!),
        };
    }

    private static bool IsNothing(JsonElement value) =>
        value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    private static bool HaveTheSame(JsonElement sent, JsonElement there)
    {
        var left = there.EnumerateArray().ToList();
        if (left.Count != sent.GetArrayLength()) return false;
        foreach (var item in sent.EnumerateArray())
        {
            var at = left.FindIndex(other => AreAlike(item, other));
            if (at < 0) return false;
            left.RemoveAt(at);
        }

        return true;
    }

    // Services write enumerations and hashes in a case of their own.
    private static bool AreSameText(string sent, string there) =>
        sent.AsSpan().Trim().Equals(there.AsSpan().Trim(), StringComparison.OrdinalIgnoreCase)
        || (Number(sent) is { } number && number == Number(there))
        || (Instant(sent) is { } instant && Instant(there) is { } other && (instant - other).Duration() <= SameInstant);

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Instant(string text) =>
        text.Length >= 19 && text[10] == 'T'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;

    private static string? Text(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return null;
        if (value.ValueKind != JsonValueKind.String) return value.GetRawText();
        try
        {
            return value.GetString();
        }
        // Half a surrogate pair, escaped.
        catch (InvalidOperationException)
        {
            return value.GetRawText();
        }
    }
}
