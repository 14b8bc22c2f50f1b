using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Settings;

/// <summary>A settings file about to be written: only what differs from the defaults or is required.</summary>
internal sealed class ConfigDraft(SettingsTable table)
{
    public List<DraftValue> Common { get; } = [];

    public List<List<DraftValue>> Destinations { get; } = [];

    public IEnumerable<string> DestinationNames => Destinations.Select(one => one.Find(value => value.Key == Keys.Name)!.Json.GetString()!);

    /// <summary>Begins a destination.</summary>
    /// <param name="name">Null: named after its kind.</param>
    public List<DraftValue> AddDestination(string kind, string? name = null)
    {
        List<DraftValue> values = [new(Keys.Name, name ?? kind), new(table.Kind, kind)];
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
        foreach (var destination in Destinations) WriteDestination(json, destination, hideSecrets);
        json.Close(']');
        json.Close('}');
        return json.ToString();
    }

    /// <summary>The destinations alone, as objects to add to the list of another file.</summary>
    public IReadOnlyList<string> WriteDestinations() =>
    [
        .. Destinations.Select(destination =>
        {
            var json = new CommentedJson();
            WriteDestination(json, destination, hideSecrets: false);
            return json.ToString().TrimEnd('\n');
        }),
    ];

    /// <summary>Writes each secret that the draft itself holds to a private file in a folder, and refers to that file instead.</summary>
    /// <param name="files">Gets each new file, also when a later one fails.</param>
    /// <exception cref="RunFailedException">A file cannot be written.</exception>
    public void StoreSecrets(string folder, List<string> files)
    {
        foreach (var values in Destinations.Prepend(Common))
        {
            var name = values.Find(one => one.Key == Keys.Name)?.Json.GetString();
            foreach (var (i, value) in values.Index().Where(one => one.Item.IsLiteralSecret).ToList())
            {
                var file = FreeName(folder, (name is null ? "" : $"{name}-") + WithHyphens(value.Key.Path));
                SettingsFile.Write(file, value.Json.GetString()!, replace: false);
                values[i] = new DraftValue(value.Key, $"file:{Path.GetFileName(file)}");
                files.Add(file);
            }
        }
    }

    private void WriteDestination(CommentedJson json, List<DraftValue> values, bool hideSecrets)
    {
        json.Open(null, '{');
        WriteGroup(json, InOrder(values).OrderBy(one => one.Key.Scope == KeyScope.Overridable), depth: 0, hideSecrets);
        json.Close('}');
    }

    private static string FreeName(string folder, string name)
    {
        var file = Path.Combine(folder, name);
        for (var i = 2; Path.Exists(file); i++) file = Path.Combine(folder, $"{name}-{i}");
        return file;
    }

    /// <summary><c>auth-client-secret</c> for <c>auth.clientSecret</c>.</summary>
    private static string WithHyphens(string path) =>
        string.Concat(path.Select(c => c == '.' ? "-" : char.IsUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{c}"));

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
