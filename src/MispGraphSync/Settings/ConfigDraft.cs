using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>A settings file about to be written: only what differs from the defaults or has to be there.</summary>
internal sealed class ConfigDraft
{
    public List<DraftValue> Common { get; } = [];

    public List<IReadOnlyList<DraftValue>> Destinations { get; } = [];

    /// <summary>The file's text: each key under its one sentence.</summary>
    /// <param name="head">Comment lines at the top.</param>
    /// <param name="hideSecrets">Secrets that stand for themselves become <c>(hidden)</c>: for the screen.</param>
    public string Write(IEnumerable<string> head, bool hideSecrets)
    {
        var json = new CommentedJson();
        foreach (var line in head) json.Comment(line);
        json.Open(null, '{');
        WriteGroup(json, Ordered(Common), depth: 0, hideSecrets);

        json.Blank();
        json.Open("destinations", '[');
        foreach (var destination in Destinations)
        {
            json.Open(null, '{');
            WriteGroup(json, Ordered(destination), depth: 0, hideSecrets);
            json.Close('}');
        }

        json.Close(']');
        json.Close('}');
        return json.ToString();
    }

    private static void WriteGroup(CommentedJson json, IEnumerable<DraftValue> values, int depth, bool hideSecrets)
    {
        foreach (var group in values.GroupBy(v => v.Key.Path.Split('.')[depth]))
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
            json.Key(group.Key, hideSecrets && value.IsLiteralSecret ? "\"(hidden)\"" : NodeJson.Text(value.Node));
        }
    }

    /// <summary>In the table's order; a destination's overrides after its own keys.</summary>
    private static IEnumerable<DraftValue> Ordered(IReadOnlyList<DraftValue> values)
    {
        var rows = SettingsTable.All.ToList();
        var isDestination = values.Any(v => v.Key.Scope == KeyScope.Destination);
        return values.OrderBy(v => isDestination && v.Key.Scope == KeyScope.Overridable).ThenBy(v => rows.IndexOf(v.Key));
    }
}

/// <summary>One key with the value to write, and what to say about it beside its meaning.</summary>
internal sealed record DraftValue(SettingKey Key, SettingNode Node, string? Note = null)
{
    public static DraftValue Text(SettingKey key, string text, string? note = null) =>
        new(key, new SettingNode.Text(new SettingOrigin.Default(), text), note);

    public static DraftValue Switch(SettingKey key, bool value, string? note = null) =>
        new(key, new SettingNode.Switch(new SettingOrigin.Default(), value), note);

    /// <summary>A secret in plain words, not a reference to one.</summary>
    public bool IsLiteralSecret => Key.Form is SecretForm && Node is SettingNode.Text { Value: var text } && new SecretReference(text, "").IsLiteral;
}
