using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>Where a value comes from; the strongest first: option, environment, file, default.</summary>
/// <param name="Kind">One stable word for machines.</param>
/// <param name="Place">For people.</param>
/// <param name="Line">In the file; beyond all lines for what is not in it.</param>
internal sealed record SettingOrigin(string Kind, string Place, int Line = int.MaxValue)
{
    public const string FileKind = "file";
    public const string VariableKind = "environment";

    public static SettingOrigin Default { get; } = new("default", "default");

    /// <summary>The origin of a part of this value; null: that of the whole.</summary>
    public Func<JsonElement, SettingOrigin>? OfPart { get; init; }

    public bool IsInherited => Kind == "common";

    public static SettingOrigin Option(string key) => new("option", $"option {key}");

    public static SettingOrigin Variable(string name) => new(VariableKind, name);

    /// <summary>A destination without a value of its own takes the common one.</summary>
    public static SettingOrigin Common(string key) => new("common", $"as {key}");

    public static SettingOrigin File(string path, int line) => new(FileKind, $"{path}:{line}", line);
}

/// <summary>A value as it was given. Its ToString shows the kind of JSON only, for it may hold a secret.</summary>
internal sealed record SettingValue(JsonElement Json, SettingOrigin Origin)
{
    public SettingValue(string text, SettingOrigin origin) : this(SettingsJson.OfText(text), origin)
    {
    }

    public string? Text => Json.ValueKind == JsonValueKind.String ? Json.GetString() : null;

    public bool IsNull => Json.ValueKind == JsonValueKind.Null;

    /// <summary>Of a list; else empty.</summary>
    public IEnumerable<SettingValue> Items => Json.ValueKind == JsonValueKind.Array ? Json.EnumerateArray().Select(Part) : [];

    /// <summary>Of an object; else empty.</summary>
    public IEnumerable<(string Name, SettingValue Value)> Members => Json.ValueKind == JsonValueKind.Object
        ? Json.EnumerateObject().Select(member => (member.Name, Part(member.Value)))
        : [];

    public override string ToString() => Json.ValueKind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    private SettingValue Part(JsonElement json) => new(json, Origin.OfPart?.Invoke(json) ?? Origin);
}
