using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MispGraphSync.Settings;

/// <summary><c>config show --output json</c></summary>
internal sealed record ShownSettings(int Schema, string? File, IReadOnlyList<ShownSetting> Settings);

/// <param name="Origin">option, environment, file, common or default.</param>
internal sealed record ShownSetting(string Key, JsonElement? Value, string Origin, string Place);

/// <summary><c>config validate --output json</c></summary>
internal sealed record ValidationResult(int Schema, bool Ok, IReadOnlyList<ValidationFault> Faults, IReadOnlyList<string> Warnings);

internal sealed record ValidationFault(string Place, string Key, string Fault);

/// <summary><c>config show</c> and <c>config validate</c>: every value in effect with its origin, secrets hidden; or every fault.</summary>
internal static class ConfigShow
{
    private const int MaxValueWidth = 44;

    /// <summary>Three columns: key, value, origin. On a narrow terminal, one wrapped line for each key.</summary>
    public static string ToText(SettingsInspection inspection, int width)
    {
        var all = inspection.Values.All().ToList();
        var own = all.FindAll(one => !one.Origin.IsInherited);
        var rows = own.ConvertAll(one => (one.Label, Value: ValueText(one), Place: Place(one.Origin)));
        var keyWidth = rows.Max(row => row.Label.Length);
        var valueWidth = Math.Min(MaxValueWidth, rows.Max(row => row.Value.Length));
        var fits = keyWidth + 2 + valueWidth + 2 + rows.Max(row => row.Place.Length) <= width;

        var text = new StringBuilder(OneLine(inspection.File ?? "(no settings file)")).Append("\n\n");
        foreach (var row in rows)
        {
            text.Append(fits
                ? $"{row.Label.PadRight(keyWidth)}  {row.Value.PadRight(valueWidth)}  {row.Place}"
                : WrappedText.Wrap($"{row.Label} = {row.Value} ({row.Place})", width)).Append('\n');
        }

        const string Rest = "A destination uses the common value of each key that it does not show.";
        if (own.Count < all.Count) text.Append('\n').Append(WrappedText.Wrap(Rest, width)).Append('\n');
        return text.ToString();

        string ValueText(EffectiveValue one) => OneLine(Shown(one, inspection) switch
        {
            null => "(none)",
            { ValueKind: JsonValueKind.String } json => json.GetString()!,
            { } json => SettingsJson.ToText(json),
        });
    }

    public static string ToJson(SettingsInspection inspection) => Serialize(
        new ShownSettings(1, inspection.File,
            [
                .. inspection.Values.All().Select(one =>
                    new ShownSetting(one.Label, Shown(one, inspection), one.Origin.Kind, one.Origin.Place)),
            ]),
        SettingsJson.Indented.ShownSettings);

    /// <summary>"ok", or a line for each fault.</summary>
    public static string Validation(SettingsInspection inspection) =>
        inspection.Faults.Count == 0 ? "ok\n" : string.Concat(inspection.Faults.Select(fault => $"{fault}\n"));

    public static string ValidationJson(SettingsInspection inspection) => Serialize(
        new ValidationResult(
            1, inspection.Faults.Count == 0,
            [.. inspection.Faults.Select(fault => new ValidationFault(fault.Where.Place, fault.Key, fault.Text))], inspection.Warnings),
        SettingsJson.Indented.ValidationResult);

    private static string Serialize<T>(T value, JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(value, type) + "\n";

    private static JsonElement? Shown(EffectiveValue one, SettingsInspection inspection) =>
        one.Value is { } value ? one.Key.Type.Show(value, inspection.Values.Context) : null;

    private static string Place(SettingOrigin origin) =>
        OneLine(origin.Kind == SettingOrigin.FileKind ? Path.GetFileName(origin.Place) : origin.Place);

    private static string OneLine(string text) => Sanitize.ForDisplay(text, int.MaxValue);
}
