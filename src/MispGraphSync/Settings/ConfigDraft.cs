using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Settings;

/// <summary>A settings file about to be written: only what differs from the defaults or is required.</summary>
internal sealed class ConfigDraft(SettingsTable table)
{
    public List<DraftValue> Common { get; } = [];

    public List<List<DraftValue>> Destinations { get; } = [];

    /// <summary>Begins a destination, named after its kind.</summary>
    public List<DraftValue> AddDestination(string kind)
    {
        List<DraftValue> values = [new(Keys.Name, kind), new(table.Kind, kind)];
        Destinations.Add(values);
        return values;
    }

    /// <summary>The file's text: each key below its meaning.</summary>
    /// <param name="head">Comment lines at the top.</param>
    /// <param name="hideSecrets">Literal secrets become <c>(hidden)</c>: for the screen.</param>
    public string Write(IEnumerable<string> head, bool hideSecrets)
    {
        var json = new CommentedJson();
        foreach (var line in head) json.Comment(line);
        json.Open(null, '{');
        WriteGroup(json, InOrder(Common), depth: 0, hideSecrets);

        json.Blank();
        json.Open(FileLayer.Destinations, '[');
        foreach (var destination in Destinations)
        {
            json.Open(null, '{');
            WriteGroup(json, InOrder(destination).OrderBy(one => one.Key.Scope == KeyScope.Overridable), depth: 0, hideSecrets);
            json.Close('}');
        }

        json.Close(']');
        json.Close('}');
        return json.ToString();
    }

    private static void WriteGroup(CommentedJson json, IEnumerable<DraftValue> values, int depth, bool hideSecrets)
    {
        foreach (var group in values.GroupBy(one => one.Key.Path.Split('.')[depth]))
        {
            if (group.First().Key.Path.Split('.').Length > depth + 1)
            {
                json.Open(group.Key, '{');
                WriteGroup(json, group, depth + 1, hideSecrets);
                json.Close('}');
                continue;
            }

            var value = group.Single();
            json.Comment(value.Key.Meaning);
            if (value.Note is { } note) json.Comment(note);
            json.Key(group.Key, hideSecrets && value.IsLiteralSecret ? "\"(hidden)\"" : SettingsJson.ToText(value.Json));
        }
    }

    private IEnumerable<DraftValue> InOrder(List<DraftValue> values) =>
        values.OrderBy(one => table.All.TakeWhile(key => key.Path != one.Key.Path).Count());
}

/// <summary>One key with the value to write, and a note besides its meaning.</summary>
internal sealed record DraftValue(SettingKey Key, JsonElement Json, string? Note = null)
{
    public DraftValue(SettingKey key, string text, string? note = null) : this(key, SettingsJson.OfText(text), note)
    {
    }

    /// <summary>The secret itself, not a reference to it.</summary>
    public bool IsLiteralSecret =>
        Key.Type.IsSecret && Json.ValueKind == JsonValueKind.String && new SecretReference(Json.GetString()!, "").IsLiteral;

    /// <summary>
    /// A value that the user has to fill in: until then the settings are refused. A secret becomes a reference to its usual variable.
    /// </summary>
    public static DraftValue ToFillIn(SettingKey key) =>
        new(key, key.Type.IsSecret ? key.Placeholder!.Trim('"') : SettingKey.FillIn, "Still to be filled in.");
}
