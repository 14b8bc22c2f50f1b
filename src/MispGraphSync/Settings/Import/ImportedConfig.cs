using System.Globalization;
using System.Text.Json;
using MispGraphSync.Http.SignIn;
using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings.Import;

/// <summary>
/// Settings of another tool, read from its config.py, that become ours. Whatever it does otherwise than we would is carried
/// over and told, with what we recommend; what cannot be carried over is told too.
/// </summary>
internal abstract class ImportedConfig
{
    private readonly Dictionary<string, PythonAssignment> _given = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private readonly Func<JsonElement, IEnumerable<string>>? _checkFilter;
    private readonly string _whose;
    private readonly bool _isKnown;

    /// <param name="whose">The tool's name in the genitive.</param>
    /// <param name="known">Its keys that mean something here.</param>
    /// <param name="left">Its keys that do not, with the reason.</param>
    protected ImportedConfig(
        string text, string whose, IReadOnlyCollection<string> known, IReadOnlyDictionary<string, string> left, Func<JsonElement, IEnumerable<string>>? checkFilter)
    {
        _checkFilter = checkFilter;
        _whose = whose;
        var (assignments, leftOver) = PythonFile.Read(text);
        _isKnown = assignments.Select(one => one.Name).Concat(leftOver.Select(one => one.Name).OfType<string>()).Any(name => known.Contains(name) || left.ContainsKey(name));
        foreach (var one in assignments)
        {
            if (known.Contains(one.Name)) _given[one.Name] = one;
            else if (left.TryGetValue(one.Name, out var why)) Note(one.Line, $"{one.Name} is not carried over: {why}");
            else Note(one.Line, $"{one.Name} is no key of {whose}; it is not carried over.");
        }

        foreach (var one in leftOver)
            Note(one.Line, one.Name is { } name ? $"{name} is set to more than a plain value, which is not run; it is not carried over." : "this is no assignment of a plain value; it is not carried over.");
    }

    /// <param name="checkFilter">Tells what is wrong with an event filter, in sentences; null: filters are taken as they are.</param>
    /// <returns><c>IsKnown</c> is false for a text in which nothing is a setting of such a tool.</returns>
    public static (ConfigDraft Draft, IReadOnlyList<string> Notes, IReadOnlyList<string> Head, bool IsKnown) ReadAny(string text, Func<JsonElement, IEnumerable<string>>? checkFilter)
    {
        ImportedConfig config = PythonFile.Read(text).Assignments.Any(one => one.Name == "ms_auth") ? new Misp2SentinelConfig(text, checkFilter) : new SampleConfig(text, checkFilter);
        var draft = config.Draft();
        return (draft, [.. config._notes.Select(FaultText.OneLine)], config.Head, config._isKnown || string.IsNullOrWhiteSpace(text));
    }

    /// <summary>Comment lines at the top of the file.</summary>
    protected abstract IReadOnlyList<string> Head { get; }

    protected static SettingNode.Switch Off { get; } = new(new SettingOrigin.Default(), Value: false);

    protected abstract ConfigDraft Draft();

    protected PythonValue? Given(string name) => _given.GetValueOrDefault(name)?.Value;

    /// <summary>What is in a dictionary, by key; what is in it and not among the known keys is told.</summary>
    protected IReadOnlyDictionary<string, PythonValue> Items(string name, params string[] known)
    {
        var given = _given.GetValueOrDefault(name);
        var items = (given?.Value as PythonValue.Dict)?.Items.ToDictionary(i => i.Key, i => i.Value, StringComparer.Ordinal) ?? [];
        if (known.Length > 0) foreach (var unknown in items.Keys.Except(known)) Note(given!.Line, $"{name}.{unknown} is no key of {_whose}; it is not carried over.");
        return items;
    }

    /// <param name="without">Keys that mean a setting of ours instead.</param>
    protected SettingNode Filters(params string[] without)
    {
        var given = _given.GetValueOrDefault("misp_event_filters");
        var node = given?.Value is { } value ? ToNode(Without(value, without)) : new SettingNode.List(new SettingOrigin.Default(), []);
        if (node is SettingNode.Nothing or SettingNode.Group { Members.Count: 0 }) node = new SettingNode.List(node.Origin, []);

        var faults = new SettingsFaults();
        MispEventFilters.Form.Check(node, MispEventFilters.Path, Place(faults) with { CheckFilter = _checkFilter });
        foreach (var fault in faults.All) Note(given?.Line ?? 1,
            $"misp_event_filters is carried over, but is to be corrected: {fault.Key}: {fault.Text}");
        return node;
    }

    protected DraftValue Behaviour(SettingKey key, SettingNode value, string why, string recommended)
    {
        Say($"{key.Path}: {NodeJson.Text(value)} is carried over ({why}); recommended: {recommended}.");
        return new DraftValue(key, value, $"Carried over, since {why}. Recommended: {recommended}.");
    }

    /// <summary>Where MISP is and its key, which both tools name alike.</summary>
    protected IEnumerable<DraftValue> Server()
    {
        var domain = Text("misp_domain");
        if (domain is not null && !domain.Contains("://", StringComparison.Ordinal)) domain = "https://" + domain;
        yield return Needed(MispUrl, domain, "misp_domain");
        yield return Secret(MispKey, Text("misp_key"), "misp_key");
    }

    protected DraftValue Secret(SettingKey key, string? text, string name)
    {
        var fault = text is null ? null : SecretReference.FormatFault(text);
        if (text is null || fault is not null)
        {
            Say($"{name} has no usable value; {key.Path} is {key.Placeholder}: put the secret there.");
            return DraftValue.Text(key, key.Placeholder!.Trim('"'));
        }

        Say($"{key.Path}: the secret of {name} is carried over as it stands, with --to only; recommended: {key.Placeholder}, and the secret in that variable.");
        return DraftValue.Text(key, text, $"Recommended: {key.Placeholder}, and the secret in that variable.");
    }

    /// <summary>The value, or the sample's placeholder and a note.</summary>
    protected DraftValue Needed(SettingKey key, string? text, string name)
    {
        if (text is not null && Checked(key, Node(text), name) is [var value]) return value;

        Say($"{name} has no usable value; {key.Path} is still to be filled in.");
        return DraftValue.Text(key, key.Placeholder!.Trim('"'), "Still to be filled in.");
    }

    /// <summary>The value when it is good, else nothing and a note.</summary>
    protected List<DraftValue> Checked(SettingKey key, SettingNode node, string name)
    {
        if (node is SettingNode.Text { Value.Length: 0 })
        {
            if (_given.ContainsKey(name)) Say($"{name} has no usable value; it is not carried over.");
            return [];
        }

        var faults = new SettingsFaults();
        key.Form.Check(node, key.Path, Place(faults));
        foreach (var fault in faults.All) Say($"{name} is not carried over: {fault.Text}");
        return faults.All.Count == 0 ? [new DraftValue(key, node)] : [];
    }

    protected string? Text(string name) => _given.GetValueOrDefault(name)?.Value is PythonValue.Text { Value: var text } && !IsBlank(text) ? text : null;

    protected static string? Text(IReadOnlyDictionary<string, PythonValue> items, string key) =>
        items.GetValueOrDefault(key) is PythonValue.Text { Value: var text } && !IsBlank(text) ? text : null;

    /// <summary>Placeholders stand in angle brackets.</summary>
    protected static bool IsBlank(string text) => string.IsNullOrWhiteSpace(text) || (text.StartsWith('<') && text.EndsWith('>'));

    private void Note(int line, string text) => _notes.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: {text}"));

    protected void Say(string text) => _notes.Add(text);

    private static ReadingPlace Place(SettingsFaults faults) => new() { Faults = faults, Folder = Directory.GetCurrentDirectory(), Variable = _ => null };

    protected static SettingNode Node(string text) => new SettingNode.Text(new SettingOrigin.Default(), text);

    private static SettingNode ToNode(PythonValue value)
    {
        var origin = new SettingOrigin.Default();
        return value switch
        {
            PythonValue.Text text => new SettingNode.Text(origin, text.Value),
            PythonValue.Number number => new SettingNode.Number(origin, number.Digits),
            PythonValue.Switch flag => new SettingNode.Switch(origin, flag.Value),
            PythonValue.Sequence list => new SettingNode.List(origin, [.. list.Items.Select(ToNode)]),
            PythonValue.Dict dict => new SettingNode.Group(
                origin, [.. dict.Items.Where(i => i.Value is not PythonValue.None).Select(i => new SettingNode.Member(i.Key, origin, ToNode(i.Value)))]),
            _ => new SettingNode.Nothing(origin),
        };
    }

    private static PythonValue Without(PythonValue value, string[] names) => value switch
    {
        PythonValue.Dict dict => new PythonValue.Dict([.. dict.Items.Where(item => !names.Contains(item.Key))]),
        PythonValue.Sequence list => new PythonValue.Sequence([.. list.Items.Select(item => Without(item, names))]),
        _ => value,
    };
}
