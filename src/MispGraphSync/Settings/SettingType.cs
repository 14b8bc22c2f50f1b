using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>What reading needs around a value.</summary>
/// <param name="Folder">Relative paths start here: the settings file's folder, absolute.</param>
/// <param name="FilterFaults">The faults of one event filter, as sentences; null: filters are not looked into.</param>
/// <param name="OwnFilterFaults">The same for a filter of a destination.</param>
internal sealed record ReadContext(
    SettingsFaults Faults, string Folder, IReadOnlyDictionary<string, string>? Environment = null,
    Func<JsonElement, IEnumerable<string>>? FilterFaults = null, Func<JsonElement, IEnumerable<string>>? OwnFilterFaults = null)
{
    /// <summary>What <c>~/</c> stands for; null when unknown.</summary>
    public string? Home => Variable("HOME") ?? Variable("USERPROFILE");

    public string? Variable(string name) => Environment?.GetValueOrDefault(name);
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
        var context = new ReadContext(new SettingsFaults(), folder);
        Check(value, key, context);
        return context.Faults;
    }

    public bool Accepts(string text) => FaultsOf(new SettingValue(text, SettingOrigin.Default), "", "/").All.Count == 0;

    /// <summary>The value of an environment variable or an option. A wrong one stays text, which the check rejects.</summary>
    public SettingValue FromText(string text, SettingOrigin origin, string key, SettingsFaults faults)
    {
        var json = (Notation, text.Trim().ToLowerInvariant()) switch
        {
            (Notation.Bool, "true" or "1" or "yes" or "on") => SettingsJson.OfBool(true),
            (Notation.Bool, "false" or "0" or "no" or "off") => SettingsJson.OfBool(false),
            (Notation.Number, _) when int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) =>
                JsonSerializer.SerializeToElement(number, SettingsJson.Readable.Int32),
            (Notation.List, not ['[', ..]) => SettingsJson.OfTexts(
                text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
            (Notation.List or Notation.Json, _) =>
                SettingsJson.Parse(Encoding.UTF8.GetBytes(text), key, _ => origin, faults)?.Json ?? SettingsJson.Null,
            _ => SettingsJson.OfText(text),
        };
        return new SettingValue(json, origin);
    }
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
    public T? Wrong<T>(string? hint = null) =>
        Reject<T>($"{SettingsFaults.Quote(Value)} is not {Type.Expects}.{(hint is null ? "" : " " + hint)}");

    public T? Reject<T>(string text)
    {
        Context.Faults.Add(Value.Origin, Key, text);
        return default;
    }
}
