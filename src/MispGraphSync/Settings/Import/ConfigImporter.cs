using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Settings.Import;

/// <summary>One setting of the other tool, or one member of it, and the lines that set it.</summary>
internal sealed record GivenValue(string Name, PythonValue Value, int Line)
{
    public GivenValue? Member(string name) =>
        Value is PythonValue.Dict dict && dict.Members.TryGetValue(name, out var value) ? new($"{Name}.{name}", value, Line) : null;
}

/// <summary>Takes values of another tool's config.py into settings. A value that is not taken is noted.</summary>
internal sealed class ConfigImporter(PythonFile file, ReaderOptions options)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public ReaderOptions Options => options;

    public ConfigDraft Draft { get; } = new(options.Table);

    public ImportNotes Notes { get; } = new();

    /// <summary>Null when the file does not set it.</summary>
    public GivenValue? Find(string name)
    {
        _known.Add(name);
        return file.Names.GetValueOrDefault(name) is { Value: { } value } found
            ? new GivenValue(name, value, found.Lines.Count > 0 ? found.Lines.Min : 0) : null;
    }

    /// <summary>A text that is no placeholder in angle brackets; else null.</summary>
    public static string? TextOf(PythonValue? value) =>
        value?.Json is { ValueKind: JsonValueKind.String } json && json.GetString()!.Trim() is { Length: > 0 } text
        && !(text.StartsWith('<') && text.EndsWith('>')) ? text : null;

    public static bool IsTrue(PythonValue? value) =>
        value?.Json is { } json && json.ToString() is "True" or "true" or "1";

    /// <summary>Adds the value, or a placeholder that the settings are refused for.</summary>
    public void AddRequired(SettingKey key, GivenValue? given, string name, List<DraftValue>? to = null, string prefix = "")
    {
        // A wrong one does no harm: it is refused at sign-in, or not found.
        var texts = (given?.Value.Candidates ?? []).Select(TextOf).OfType<string>().Distinct().ToList();
        if (texts is [var text])
        {
            if (prefix.Length > 0 && !text.Contains("://", StringComparison.Ordinal)) text = prefix + text;
            if (Add(key, SettingsJson.OfText(text), given!, to))
            {
                if (given!.Value is PythonValue.Either)
                    Notes.Add(NoteRank.ToDo, $"{key.Path}: check it, {name} is {given.Value.Obstacle}.", given.Line);
                return;
            }
        }

        var isVariable = given?.Value is PythonValue.Variable && to is null;
        var remedy = isVariable ? $" Write the value, or set {OverrideLayers.NameOf(key.Path)}." : "";
        Notes.Add(NoteRank.ToDo, $"{key.Path} is still to be filled in: {name} {WhyUnusable(given)}.{remedy}", given?.Line ?? 0);
        (to ?? Draft.Common).Add(DraftValue.ToFillIn(key));
    }

    /// <summary>Adds a reference to the variable that the file names, or the secret itself.</summary>
    public void AddSecret(SettingKey key, GivenValue? given, string name)
    {
        var variables = (given?.Value.Candidates ?? []).OfType<PythonValue.Variable>().Select(one => "env:" + one.Name).Distinct().ToList();
        var texts = (given?.Value.Candidates ?? []).Select(TextOf).OfType<string>().Distinct().ToList();
        if (variables is [var reference] && SecretReference.FormatFault(reference) is null)
        {
            Draft.Common.Add(new DraftValue(key, reference));
            var isDefaultLost = given!.Value.Candidates.OfType<PythonValue.Variable>().Any(one => TextOf(one.Default) is not null);
            var doubt = given.Value is PythonValue.Either ? $" Check it: {name} is {given.Value.Obstacle}." : "";
            Notes.Add(NoteRank.Changed,
                $"{key.Path} is {reference}, as in {name}{(isDefaultLost ? "; its default is not imported" : "")}.{doubt}", given.Line);
        }
        else if (variables.Count == 0 && texts is [var secret] && SecretReference.FormatFault(secret) is null)
        {
            Notes.Add(NoteRank.Changed, $"{key.Path}: the secret of {name} is imported as it is, with --to only; "
                + $"recommended: {key.Placeholder}, and the secret in that variable.", given!.Line);
            Draft.Common.Add(new DraftValue(key, secret, $"Recommended: {key.Placeholder}, and the secret in that variable."));
        }
        else
        {
            Notes.Add(NoteRank.ToDo, $"{key.Path} is {key.Placeholder}: {name} {WhyUnusable(given)}. "
                + "Set that variable, or write another env:NAME, file:PATH or keyvault:….", given?.Line ?? 0);
            Draft.Common.Add(DraftValue.ToFillIn(key));
        }
    }

    /// <summary>Adds a value that is plain, or the default of an environment variable. Others are noted, and our default stays.</summary>
    public bool AddOptional(SettingKey key, GivenValue? given, List<DraftValue>? to = null)
    {
        if (given is null) return false;
        var variable = given.Value as PythonValue.Variable;
        if ((variable?.Default ?? given.Value).Json is not { } json)
        {
            Notes.Add(NoteRank.ToDo,
                $"{given.Name} is not imported: it is {given.Value.Obstacle}; {key.Path} keeps its default.", given.Line);
            return false;
        }

        if (!Add(key, json, given, to)) return false;
        if (variable is not null)
            Notes.Add(NoteRank.ToDo, $"{key.Path}: the default of the environment variable {variable.Name} is imported.", given.Line);
        return true;
    }

    private static string WhyUnusable(GivenValue? given) =>
        given is null ? "is not set" : given.Value.Obstacle is { } obstacle ? $"is {obstacle}" : "has no usable value";

    /// <summary>Adds the value when it is right, else a note.</summary>
    public bool Add(SettingKey key, JsonElement json, GivenValue given, List<DraftValue>? to = null)
    {
        var value = key.Type.Notation is Notation.Bool or Notation.Number && json.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? key.Type.FromText(json.ToString(), SettingOrigin.Default, key.Path, new SettingsFaults())
            : new SettingValue(json, SettingOrigin.Default);
        var faults = key.Type.FaultsOf(value, key.Path, Directory.GetCurrentDirectory()).All;
        if (faults.Count == 0) (to ?? Draft.Common).Add(new DraftValue(key, value.Json));
        else if (value.Text is { Length: 0 })
            Notes.Add(NoteRank.Changed, $"{given.Name} has no usable value; it is not imported.", given.Line);
        else foreach (var fault in faults) Notes.Add(NoteRank.ToDo, $"{given.Name} is not imported: {fault.Text}", given.Line);
        return faults.Count == 0;
    }

    /// <summary>Adds how the other tool behaves, where we recommend another behaviour.</summary>
    public void AddBehaviour(SettingKey key, string json, string reason, string recommended)
    {
        Notes.Add(NoteRank.Safety, $"{key.Path}: {json} is imported ({reason}); recommended: {recommended}.");
        using var document = JsonDocument.Parse(json);
        Draft.Common.Add(
            new DraftValue(key, document.RootElement.Clone(), $"Imported as it is, because {reason}. Recommended: {recommended}."));
    }

    /// <summary>Notes the members of a dictionary, and the names of the file, that nothing was made of.</summary>
    public void NoteRest(OtherTool tool, GivenValue? auth, params string[] members)
    {
        var rest = new List<(string Name, int Line)>();
        foreach (var name in (auth?.Value as PythonValue.Dict)?.Members.Keys.Except(members) ?? [])
            rest.Add(($"{auth!.Name}.{name}", auth.Line));
        foreach (var (name, found) in file.Names.Where(one => one.Value.IsAssigned && !one.Value.IsUsed && !_known.Contains(one.Key)))
            rest.Add((name, found.Lines.Min));
        foreach (var (name, line) in rest.Where(one => OtherTool.WithoutMeaning.ContainsKey(one.Name)))
            Notes.Add(NoteRank.Skipped, $"{name} is not imported: {OtherTool.WithoutMeaning[name]}", line);
        var unknown = string.Join(", ", rest.Where(one => !OtherTool.WithoutMeaning.ContainsKey(one.Name)).Select(one => one.Name));
        if (unknown.Length > 0) Notes.Add(NoteRank.Skipped, $"Not imported, because they are no keys of {tool.Name}'s: {unknown}.");
        if (file.UnreadLines.Count > 0)
            Notes.Add(NoteRank.Skipped, $"Statements that are not executed: line {string.Join(", ", file.UnreadLines)}.");
    }
}
