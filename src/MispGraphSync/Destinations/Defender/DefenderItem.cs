using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Writes one indicator of an import. What cannot be changed in place comes first and the expiry last, so both hashes are of the
/// beginning. Every field is sent every time: a field that an import lacks may keep its old value. The one exception is
/// <c>application</c>, which the service reads when it creates the indicator and ignores ever after; an import cannot know which of the
/// two it will be.
/// </summary>
internal static class DefenderItem
{
    /// <summary>Microsoft names no limit for title and description; these are ours.</summary>
    public const int MaxTitle = 100;

    public const int MaxDescription = 1000;
    private const int MaxInfo = 300;
    private const int MaxComment = 300;

    // Lists also carry who made an indicator and when, and much that no document names.
    private static readonly FrozenSet<string> Writable = new[]
    {
        "indicatorType", "indicatorValue", "action", "generateAlert", "title", "description", "severity", "recommendedActions",
        "rbacGroupNames", "educateUrl", "application", "expirationTime",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What is listed, as an item that creates or updates it as it is, under our key.</summary>
    public static bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) => ResponseJson.TryCopy(
        body, there.Raw, Writable.Contains, json => json.WriteString("externalID"u8, (there.Key ?? there.ConflictsWith)!.Value));

    public static string Title(Indicator indicator) => IndicatorText.Title(indicator, MaxTitle);

    /// <param name="alerts">Whether what blocks or warns raises an alert. Null: without the field, as before there was the setting.</param>
    /// <param name="application">Distinguishes our indicators from those that others created with the same app registration.</param>
    public static ItemHashes Write(
        IBufferWriter<byte> body, string application, IReadOnlyList<string> deviceGroups, bool? alerts,
        Indicator indicator, ItemIdentity identity)
    {
        var value = DefenderValue.Of(indicator.Observables[0])
            ?? throw new InvalidOperationException($"Defender has no type for {indicator.Observables[0].GetType().Name}.");
        var action = DefenderLimits.ActionOf(value.Type, indicator.Action)
            ?? throw new InvalidOperationException($"Defender has no {indicator.Action} for {value.Type}.");
        var item = Begin(value, action);
        var immutable = item.Position;
        var json = item.Json;
        // Required with Audit. What blocks or warns raises no alert without it; what is allowed never does.
        if (action == DefenderLimits.Audit) json.WriteBoolean("generateAlert"u8, true);
        else if (action != DefenderLimits.Allowed && alerts is { } raises) json.WriteBoolean("generateAlert"u8, raises);
        json.WriteString("title"u8, Title(indicator));
        json.WriteString("description"u8, Description(indicator));
        json.WriteString("severity"u8, Of(indicator.Severity));
        json.WriteStartArray("rbacGroupNames"u8);
        foreach (var group in deviceGroups) json.WriteStringValue(group);
        json.WriteEndArray();
        json.WriteString("application"u8, application);
        json.WriteString("externalID"u8, identity.Key);
        var content = item.Position;
        item.WriteInstant("expirationTime"u8, identity.Expires, ".0Z");
        body.Write(item.End());
        return new ItemHashes(item.HashUntil(content), item.HashUntil(immutable));
    }

    /// <summary>Of what is listed with this value and action.</summary>
    public static Hash128 ImmutableHashOf(DefenderValue value, string action)
    {
        var item = Begin(value, action);
        return item.HashUntil(item.Position);
    }

    private static ItemWriter Begin(DefenderValue value, string action)
    {
        var item = ItemWriter.Begin();
        item.Json.WriteString("indicatorType"u8, value.Type);
        item.Json.WriteString("indicatorValue"u8, value.Text);
        item.Json.WriteString("action"u8, action);
        return item;
    }

    private static string Of(ThreatLevel level) => level switch
    {
        ThreatLevel.High => "High",
        ThreatLevel.Medium => "Medium",
        ThreatLevel.Low => "Low",
        _ => "Informational",
    };

    /// <summary>What the title has no room for: the rest of the event's title, the comment, and where it comes from.</summary>
    private static string Description(Indicator indicator)
    {
        var text = new StringBuilder(256);
        Add(text, Sanitize.ForField(indicator.Title, MaxInfo));
        Add(text, Sanitize.ForField(indicator.Comment ?? "", MaxComment));
        var type = Sanitize.OneLine(indicator.Type);
        Add(text, indicator.Category is { Length: > 0 } category ? $"{Sanitize.OneLine(category)}/{type}" : type);
        for (var i = 0; i < indicator.Sources.Length; i++)
        {
            if (IndicatorText.IsFirstOfEvent(indicator, i)) Add(text, $"MISP event {indicator.Sources[i].Event:D}");
        }

        return Sanitize.Truncate(text.ToString(), MaxDescription);
    }

    private static void Add(StringBuilder text, string part)
    {
        if (part.Length == 0) return;
        if (text.Length > 0) text.Append("; ");
        text.Append(part);
    }
}
