using System.Globalization;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Settings.Import;

/// <summary>What is known of another tool's config.py.</summary>
/// <param name="Known">Its keys that have a meaning here.</param>
/// <param name="Skipped">Its keys that have none, with the reason.</param>
internal sealed record ImportedTool(
    string Name, IReadOnlyCollection<string> Known, IReadOnlyDictionary<string, string> Skipped, Action<ConfigImporter> Import)
{
    /// <summary>Comment lines at the top of the new file.</summary>
    public IReadOnlyList<string> Head =>
    [
        $"Settings of misp-graph, made from the config.py of {Name}: they behave as {Name} does.",
        "Notes at each key recommend changes. Check: misp-graph doctor, then misp-graph plan",
    ];
}

/// <summary>
/// Makes settings of another tool's config.py. Behaviour that differs from ours is imported and noted, with our recommendation;
/// skipped settings are noted too.
/// </summary>
internal sealed class ConfigImporter
{
    private readonly Dictionary<string, PythonStatement> _given = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private readonly ReaderOptions _options;

    private ConfigImporter(List<PythonStatement> statements, ImportedTool tool, ReaderOptions options)
    {
        (_options, Tool, Draft) = (options, tool, new ConfigDraft(options.Table));
        foreach (var one in statements)
        {
            if (one.Value is null)
                NoteAt(one.Line, one.Name is null ? "skipped: not a plain name = value line."
                    : $"{one.Name} is skipped: its value is an expression, which is not run.");
            else if (Tool.Known.Contains(one.Name!)) _given[one.Name!] = one;
            else NoteAt(one.Line, Tool.Skipped.TryGetValue(one.Name!, out var reason)
                ? $"{one.Name} is not imported: {reason}"
                : $"{one.Name} is no key of {Tool.Name}'s; it is not imported.");
        }
    }

    public SettingsTable Table => _options.Table;

    public ConfigDraft Draft { get; }

    public ImportedTool Tool { get; }

    public IEnumerable<string> Notes => _notes.Select(note => Sanitize.ForDisplay(note, int.MaxValue));

    /// <summary>Null for a text in which nothing is a setting of such a tool.</summary>
    public static ConfigImporter? Read(string text, ReaderOptions options)
    {
        var statements = PythonFile.Read(text).ToList();
        var isMisp2Sentinel = statements.Exists(one => one is { Name: Misp2Sentinel.AuthKey, Value: not null });
        var tool = isMisp2Sentinel ? Misp2Sentinel.Tool : PythonSample.Tool;
        var isKnown = string.IsNullOrWhiteSpace(text)
            || statements.Exists(one => one.Name is { } name && (tool.Known.Contains(name) || tool.Skipped.ContainsKey(name)));
        if (!isKnown) return null;
        var importer = new ConfigImporter(statements, tool, options);
        tool.Import(importer);
        return importer;
    }

    public void Note(string text) => _notes.Add(text);

    public bool Has(string name) => _given.ContainsKey(name);

    public JsonElement? Value(string name) => _given.GetValueOrDefault(name)?.Value;

    /// <summary>A text that is no placeholder in angle brackets; else null.</summary>
    public static string? TextOf(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } json && json.GetString()! is var text
        && !string.IsNullOrWhiteSpace(text) && !(text.StartsWith('<') && text.EndsWith('>')) ? text : null;

    /// <summary>The members of a dict, the last one of each name. Those that are not among the known keys are noted.</summary>
    public Dictionary<string, JsonElement> Dict(string name, params string[] known)
    {
        var members = Members(Value(name));
        foreach (var unknown in known.Length > 0 ? members.Keys.Except(known) : [])
            NoteAt(_given[name].Line, $"{name}.{unknown} is no key of {Tool.Name}'s; it is not imported.");
        return members;
    }

    /// <summary>Where MISP is, its key and its filters, which both tools name alike.</summary>
    /// <param name="withoutFilters">Keys of filters that are settings of ours instead.</param>
    public void AddMisp(params string[] withoutFilters)
    {
        var domain = TextOf(Value("misp_domain"));
        if (domain?.Contains("://", StringComparison.Ordinal) == false) domain = "https://" + domain;
        AddRequired(Keys.MispUrl, domain, "misp_domain");
        AddSecret(Keys.MispKey, Value("misp_key"), "misp_key");
        if (Value("misp_verifycert")?.ValueKind != JsonValueKind.True)
            AddBehaviour(Keys.MispVerifyCert, "false",
                $"{Tool.Name} does not check MISP's certificate", "true, with caFile for an authority of your own");
        AddFilters("misp_event_filters", withoutFilters);
    }

    public void AddSignIn(Dictionary<string, JsonElement> auth, string name)
    {
        AddRequired(Keys.Tenant, TextOf(auth.GetValueOrDefault("tenant")), name + ".tenant");
        AddRequired(Keys.ClientId, TextOf(auth.GetValueOrDefault("client_id")), name + ".client_id");
        AddSecret(Keys.ClientSecret, auth.GetValueOrDefault("client_secret"), name + ".client_secret");
    }

    public void AddGraph(string productKey, string? product = null)
    {
        product ??= TextOf(Value(productKey)) ?? "Azure Sentinel";
        Add(Table.InDestination["targetProduct"], SettingsJson.OfText(product), productKey, Draft.AddDestination("graph"));
    }

    public void AddAction(string action, string passiveOnly)
    {
        if (Has(action)) Add(Keys.Action, SettingsJson.OfText(TextOf(Value(action))?.ToLowerInvariant() ?? ""), action);
        if (Value(passiveOnly) is { ValueKind: JsonValueKind.True or JsonValueKind.False } passive)
            Add(Keys.PassiveOnly, passive, passiveOnly);
    }

    public void AddBehaviour(SettingKey key, string json, string reason, string recommended)
    {
        Note($"{key.Path}: {json} is imported ({reason}); recommended: {recommended}.");
        using var document = JsonDocument.Parse(json);
        Draft.Common.Add(
            new DraftValue(key, document.RootElement.Clone(), $"Imported as it is, because {reason}. Recommended: {recommended}."));
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
        Value(name) is { ValueKind: JsonValueKind.Number } number && Add(key, number, name, to);

    /// <summary>Adds the value when it is right, else a note.</summary>
    public bool Add(SettingKey key, JsonElement json, string name, List<DraftValue>? to = null)
    {
        var value = new SettingValue(json, SettingOrigin.Default);
        var faults = key.Type.FaultsOf(value, key.Path, Directory.GetCurrentDirectory()).All;
        if (faults.Count == 0) (to ?? Draft.Common).Add(new DraftValue(key, json));
        else if (value.Text is { Length: 0 }) Note($"{name} has no usable value; it is not imported.");
        else foreach (var fault in faults) Note($"{name} is not imported: {fault.Text}");
        return faults.Count == 0;
    }

    private static Dictionary<string, JsonElement> Members(JsonElement? dict)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (dict is not { ValueKind: JsonValueKind.Object } json) return members;
        foreach (var member in json.EnumerateObject()) members[member.Name] = member.Value;
        return members;
    }

    private void AddSecret(SettingKey key, JsonElement? value, string name)
    {
        if (TextOf(value) is not { } text || SecretReference.FormatFault(text) is not null)
        {
            Note($"{name} has no usable value; {key.Path} is {key.Placeholder}: put the secret there.");
            Draft.Common.Add(new DraftValue(key, key.Placeholder!.Trim('"')));
            return;
        }

        Note($"{key.Path}: the secret of {name} is imported as it is, with --to only; "
            + $"recommended: {key.Placeholder}, and the secret in that variable.");
        Draft.Common.Add(new DraftValue(key, text, $"Recommended: {key.Placeholder}, and the secret in that variable."));
    }

    private void AddFilters(string name, string[] without)
    {
        IEnumerable<JsonElement> given = Value(name) switch
        {
            { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
            { ValueKind: not JsonValueKind.Null } single => [single],
            _ => [],
        };
        var filters = given.Select(filter => filter.ValueKind != JsonValueKind.Object ? filter : SettingsJson.OfMembers(Members(filter)
            .Where(member => member.Value.ValueKind != JsonValueKind.Null && !without.Contains(member.Key))))
            .Where(filter => filter.GetRawText() != "{}").ToList();
        var isSingle = filters.Count == 1 && Value(name)?.ValueKind == JsonValueKind.Object;
        var value = new SettingValue(isSingle ? filters[0] : SettingsJson.OfList(filters), SettingOrigin.Default);
        var context = new ReadContext(new SettingsFaults(), "/", FilterFaults: _options.FilterFaults);
        Keys.MispEventFilters.Type.Check(value, Keys.MispEventFilters.Path, context);
        foreach (var fault in context.Faults.All)
            NoteAt(_given[name].Line, $"{name} is imported, but must be corrected: {fault.Key}: {fault.Text}");
        Draft.Common.Add(new DraftValue(Keys.MispEventFilters, value.Json));
    }

    private void NoteAt(int line, string text) => _notes.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: {text}"));
}
