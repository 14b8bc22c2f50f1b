using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>What reading needs around a value.</summary>
internal sealed record ReadContext
{
    public required SettingsFaults Faults { get; init; }

    /// <summary>Relative paths start here: the settings file's folder, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>What <c>~/</c> stands for; null when unknown.</summary>
    public string? Home { get; init; }

    /// <summary>Looks up an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>The faults of one event filter, as sentences.</summary>
    public Func<JsonElement, IEnumerable<string>> FilterFaults { get; init; } = static _ => [];
}

/// <summary>How an environment variable or an option writes a value.</summary>
internal enum Notation
{
    Text,
    Bool,
    Number,

    /// <summary>Separated by commas, or JSON.</summary>
    List,

    Json,
}

/// <summary>What the values of a key look like: for the reader, the schema, the docs and <c>config init</c> alike.</summary>
/// <param name="Expects">To follow "is not": <c>a whole number from 1 to 100</c>.</param>
internal abstract record SettingType(string Expects)
{
    /// <summary>As JSON schema.</summary>
    public required string Schema { get; init; }

    public Notation Notation { get; init; }

    /// <summary>Of a choice; else empty.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool IsSecret { get; init; }

    /// <summary>The value for people; secrets are hidden.</summary>
    public Func<SettingValue, ReadContext, JsonElement> Show { get; init; } = static (value, _) => value.Json;

    /// <summary>Adds the faults of a value.</summary>
    public abstract void Check(SettingValue value, string key, ReadContext context);

    public SettingsFaults FaultsOf(SettingValue value, string key, string folder)
    {
        var context = new ReadContext { Faults = new SettingsFaults(), Folder = folder };
        Check(value, key, context);
        return context.Faults;
    }

    public bool Accepts(string text) => FaultsOf(new SettingValue(text, SettingOrigin.Default), "", "/").All.Count == 0;

    /// <summary>The value of an environment variable or an option. A text that has another form stays a text, which the check then rejects.</summary>
    public SettingValue FromText(string text, SettingOrigin origin, string key, SettingsFaults faults)
    {
        var json = Notation switch
        {
            Notation.Bool => ParseBool(text) is { } flag ? SettingsJson.OfBool(flag) : (JsonElement?)null,
            Notation.Number when int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) =>
                JsonSerializer.SerializeToElement(number, SettingsJson.Readable.Int32),
            Notation.List when !text.TrimStart().StartsWith('[') => SettingsJson.OfTexts(
                text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
            Notation.List or Notation.Json => SettingsJson.Parse(Encoding.UTF8.GetBytes(text), key, _ => origin, faults)?.Json ?? SettingsJson.Null,
            _ => null,
        };
        return json is { } value ? new SettingValue(value, origin) : new SettingValue(text, origin);
    }

    private static bool? ParseBool(string text) => text.Trim().ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => null,
    };
}

/// <inheritdoc/>
/// <param name="Parse">Never throws; after a fault it gives a value that nobody uses.</param>
internal sealed record SettingType<T>(string Expects, Func<TypedValue, T?> Parse) : SettingType(Expects)
{
    public T? Read(SettingValue value, string key, ReadContext context) => Parse(new TypedValue(this, value, key, context));

    public override void Check(SettingValue value, string key, ReadContext context) => Read(value, key, context);
}

/// <summary>A value that is being read, with what a fault needs.</summary>
internal readonly record struct TypedValue(SettingType Type, SettingValue Value, string Key, ReadContext Context)
{
    public JsonElement Json => Value.Json;

    public string? Text => Value.Text;

    /// <summary>Adds the fault that the value is not what is expected.</summary>
    public T? Wrong<T>(string? hint = null) => Reject<T>($"{SettingsFaults.Quote(Value)} is not {Type.Expects}.{(hint is null ? "" : " " + hint)}");

    public T? Reject<T>(string text)
    {
        Context.Faults.Add(Value.Origin, Key, text);
        return default;
    }
}
