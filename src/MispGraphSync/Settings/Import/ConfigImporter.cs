using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Text;

namespace MispGraphSync.Settings.Import;

/// <summary>What is known of another tool's config.py.</summary>
/// <param name="Owner">The tool's name in the genitive.</param>
/// <param name="Known">Its keys that have a meaning here.</param>
/// <param name="Skipped">Its keys that have none, with the reason.</param>
internal sealed record ImportedTool(
    string Owner, IReadOnlyCollection<string> Known, IReadOnlyDictionary<string, string> Skipped, Action<ConfigImporter> Import)
{
    /// <summary>Comment lines at the top of the new file.</summary>
    public required IReadOnlyList<string> Head { get; init; }
}

/// <summary>
/// Makes settings of another tool's config.py. Behaviour that differs from ours is imported and noted, with our recommendation;
/// skipped settings are noted too.
/// </summary>
internal sealed class ConfigImporter
{
    private readonly Dictionary<string, PythonAssignment> _given = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private readonly Func<JsonElement, IEnumerable<string>> _filterFaults;

    private ConfigImporter(string text, ReaderOptions options)
    {
        (Table, Draft, _filterFaults) = (options.Table, new ConfigDraft(options.Table), options.FilterFaults);
        var (assignments, skipped) = PythonFile.Read(text);
        Tool = assignments.Any(one => one.Name == Misp2Sentinel.AuthKey) ? Misp2Sentinel.Tool : PythonSample.Tool;
        IsKnown = string.IsNullOrWhiteSpace(text) || assignments.Select(one => one.Name).Concat(skipped.Select(one => one.Name ?? ""))
            .Any(name => Tool.Known.Contains(name) || Tool.Skipped.ContainsKey(name));
        foreach (var one in assignments)
        {
            if (Tool.Known.Contains(one.Name)) _given[one.Name] = one;
            else NoteAt(one.Line, Tool.Skipped.TryGetValue(one.Name, out var reason)
                ? $"{one.Name} is not carried over: {reason}"
                : $"{one.Name} is no key of {Tool.Owner}; it is not carried over.");
        }

        foreach (var (name, line) in skipped)
            NoteAt(line, name is null ? "this is no assignment of a plain value; it is not carried over."
                : $"{name} is set to more than a plain value, which is not run; it is not carried over.");
        Tool.Import(this);
    }

    public SettingsTable Table { get; }

    public ConfigDraft Draft { get; }

    public ImportedTool Tool { get; }

    /// <summary>False for a text in which nothing is a setting of such a tool.</summary>
    public bool IsKnown { get; }

    public IEnumerable<string> Notes => _notes.Select(note => Sanitize.ForDisplay(note, int.MaxValue));

    public static ConfigImporter Read(string text, ReaderOptions options) => new(text, options);

    public void Note(string text) => _notes.Add(text);

    public bool Has(string name) => _given.ContainsKey(name);

    public bool IsTrue(string name) => IsTrue(Value(name));

    public static bool IsTrue(JsonNode? value) => value?.GetValueKind() == JsonValueKind.True;

    public JsonNode? Value(string name) => _given.GetValueOrDefault(name)?.Value;

    /// <summary>A text that is no placeholder in angle brackets; else null.</summary>
    public string? Text(string name) => TextOf(Value(name));

    public static string? TextOf(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text
        && !string.IsNullOrWhiteSpace(text) && !(text.StartsWith('<') && text.EndsWith('>')) ? text : null;

    /// <summary>The members of a dict. Those that are not among the known keys are noted.</summary>
    public JsonObject Dict(string name, params string[] known)
    {
        if (Value(name) is not JsonObject dict) return [];
        foreach (var unknown in known.Length > 0 ? dict.Select(member => member.Key).Except(known) : [])
            NoteAt(_given[name].Line, $"{name}.{unknown} is no key of {Tool.Owner}; it is not carried over.");
        return dict;
    }

    /// <summary>Where MISP is, its key and its filters, which both tools name alike.</summary>
    /// <param name="withoutFilters">Keys of filters that are settings of ours instead.</param>
    public void AddMisp(string tool, params string[] withoutFilters)
    {
        var domain = Text("misp_domain");
        if (domain is not null && !domain.Contains("://", StringComparison.Ordinal)) domain = "https://" + domain;
        AddRequired(Keys.MispUrl, domain, "misp_domain");
        AddSecret(Keys.MispKey, Text("misp_key"), "misp_key");
        if (!IsTrue("misp_verifycert"))
            AddBehaviour(Keys.MispVerifyCert, "false", $"{tool} does not check MISP's certificate", "true, with caFile for an authority of your own");
        AddFilters(withoutFilters);
    }

    public void AddSignIn(JsonObject auth, string name)
    {
        AddRequired(Keys.Tenant, TextOf(auth["tenant"]), name + ".tenant");
        AddRequired(Keys.ClientId, TextOf(auth["client_id"]), name + ".client_id");
        AddSecret(Keys.ClientSecret, TextOf(auth["client_secret"]), name + ".client_secret");
    }

    public List<DraftValue> AddGraphDestination(string? product, string name)
    {
        var graph = Draft.AddDestination("graph");
        Add(Table.InDestination["targetProduct"], SettingsJson.OfText(product ?? "Azure Sentinel"), name, graph);
        return graph;
    }

    public void AddGraphAction(string action, string passiveOnly, List<DraftValue> to)
    {
        if (Has(action)) Add(Keys.Action, SettingsJson.OfText(Text(action)?.ToLowerInvariant() ?? ""), action, to);
        if (Value(passiveOnly)?.GetValueKind() is JsonValueKind.True or JsonValueKind.False) Add(Keys.PassiveOnly, ToJson(Value(passiveOnly)), passiveOnly, to);
    }

    public void AddBehaviour(SettingKey key, string json, string reason, string recommended)
    {
        Note($"{key.Path}: {json} is carried over ({reason}); recommended: {recommended}.");
        Draft.Common.Add(new DraftValue(key, Parse(json), $"Carried over, since {reason}. Recommended: {recommended}."));
    }

    /// <summary>Adds the value, or the sample's placeholder and a note.</summary>
    public void AddRequired(SettingKey key, string? text, string name, List<DraftValue>? to = null)
    {
        if (text is not null && Add(key, SettingsJson.OfText(text), name, to)) return;
        Note($"{name} has no usable value; {key.Path} is still to be filled in.");
        (to ?? Draft.Common).Add(DraftValue.ToFillIn(key));
    }

    /// <summary>Adds a number that is given; other values are ignored.</summary>
    public bool AddNumber(SettingKey key, string name, List<DraftValue>? to = null) =>
        Value(name)?.GetValueKind() == JsonValueKind.Number && Add(key, ToJson(Value(name)), name, to);

    /// <summary>Adds the value when it is right, else a note.</summary>
    public bool Add(SettingKey key, JsonElement json, string name, List<DraftValue>? to = null)
    {
        var value = new SettingValue(json, SettingOrigin.Default);
        if (value.Text is { Length: 0 })
        {
            Note($"{name} has no usable value; it is not carried over.");
            return false;
        }

        var faults = key.Type.FaultsOf(value, key.Path, Directory.GetCurrentDirectory()).All;
        foreach (var fault in faults) Note($"{name} is not carried over: {fault.Text}");
        if (faults.Count == 0) (to ?? Draft.Common).Add(new DraftValue(key, json));
        return faults.Count == 0;
    }

    public static JsonElement ToJson(JsonNode? value) => Parse(value?.ToJsonString() ?? "null");

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private void AddSecret(SettingKey key, string? text, string name)
    {
        if (text is null || SecretReference.FormatFault(text) is not null)
        {
            Note($"{name} has no usable value; {key.Path} is {key.Placeholder}: put the secret there.");
            Draft.Common.Add(new DraftValue(key, key.Placeholder!.Trim('"')));
            return;
        }

        Note($"{key.Path}: the secret of {name} is carried over as it is, with --to only; recommended: {key.Placeholder}, and the secret in that variable.");
        Draft.Common.Add(new DraftValue(key, text, $"Recommended: {key.Placeholder}, and the secret in that variable."));
    }

    private void AddFilters(string[] without)
    {
        const string Name = "misp_event_filters";
        var node = Value(Name);
        foreach (var filter in node is JsonArray list ? list.OfType<JsonObject>() : [node as JsonObject ?? []])
        {
            foreach (var (key, item) in filter.ToList())
            {
                if (item is null || without.Contains(key)) filter.Remove(key);
            }
        }

        if (node is null or JsonObject { Count: 0 }) node = new JsonArray();
        var value = new SettingValue(ToJson(node), SettingOrigin.Default);
        var context = new ReadContext { Faults = new SettingsFaults(), Folder = "/", FilterFaults = _filterFaults };
        Keys.MispEventFilters.Type.Check(value, Keys.MispEventFilters.Path, context);
        foreach (var fault in context.Faults.All)
            NoteAt(_given.GetValueOrDefault(Name)?.Line ?? 1, $"{Name} is carried over, but is to be corrected: {fault.Key}: {fault.Text}");
        Draft.Common.Add(new DraftValue(Keys.MispEventFilters, value.Json));
    }

    private void NoteAt(int line, string text) => _notes.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: {text}"));
}
