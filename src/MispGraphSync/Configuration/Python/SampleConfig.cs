using System.Globalization;
using System.Text.Json;
using MispGraphSync.Configuration.Reading;
using MispGraphSync.Configuration.Writing;
using static MispGraphSync.Configuration.SettingsTable;

namespace MispGraphSync.Configuration.Python;

/// <summary>
/// Turns the Python sample's config.py into settings that behave as the sample does, and says for each such behaviour
/// what we recommend instead.
/// </summary>
internal sealed class SampleConfig
{
    private static readonly string[] Known =
    [
        "graph_auth", "targetProduct", "misp_event_filters", "action", "passiveOnly", "days_to_expire", "misp_key", "misp_domain",
        "misp_verifycert",
    ];

    private readonly Dictionary<string, PythonAssignment> _given = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private readonly Func<JsonElement, IEnumerable<string>>? _checkFilter;

    private SampleConfig(string text, Func<JsonElement, IEnumerable<string>>? checkFilter)
    {
        _checkFilter = checkFilter;
        var (assignments, leftOver) = PythonFile.Read(text);
        foreach (var one in assignments)
        {
            if (Known.Contains(one.Name)) _given[one.Name] = one;
            else Note(one.Line, $"{one.Name} is no key of the sample's; it is not carried over.");
        }

        foreach (var one in leftOver)
            Note(one.Line, one.Name is { } name ? $"{name} is set to more than a plain value, which is not run; it is not carried over." : "this is no assignment of a plain value; it is not carried over.");
    }

    /// <param name="checkFilter">Tells what is wrong with an event filter, in sentences; null: filters are taken as they are.</param>
    public static (ConfigDraft Draft, IReadOnlyList<string> Notes) Read(string text, Func<JsonElement, IEnumerable<string>>? checkFilter)
    {
        var sample = new SampleConfig(text, checkFilter);
        var draft = sample.Draft();
        return (draft, [.. sample._notes.Select(Plain.OneLine)]);
    }

    private ConfigDraft Draft()
    {
        var draft = new ConfigDraft();
        draft.Common.AddRange(Misp());
        draft.Common.AddRange(Auth());
        draft.Common.AddRange(Handling());

        var targetProduct = Text("targetProduct");
        if (targetProduct == "Microsoft Sentinel")
        {
            Say("targetProduct \"Microsoft Sentinel\" is an error at Graph; \"Azure Sentinel\" is written instead.");
            targetProduct = "Azure Sentinel";
        }

        draft.Destinations.Add(
            [DraftValue.Text(Name, Graph), DraftValue.Text(Kind, Graph), .. Checked(TargetProduct, Node(targetProduct ?? "Azure Sentinel"), "targetProduct")]);
        return draft;
    }

    private IEnumerable<DraftValue> Misp()
    {
        var domain = Text("misp_domain");
        if (domain is not null && !domain.Contains("://", StringComparison.Ordinal)) domain = "https://" + domain;
        yield return Needed(MispUrl, domain, "misp_domain");
        yield return Secret(MispKey, Text("misp_key"), "misp_key");

        var verify = _given.GetValueOrDefault("misp_verifycert")?.Value is PythonValue.Switch { Value: true };
        if (!verify) yield return Behaviour(MispVerifyCert, Off,
            "the sample does not check MISP's certificate", "true, with caFile for an authority of your own");

        yield return new DraftValue(MispEventFilters, Filters());
        yield return Behaviour(MispToIdsOnly, Off,
            "the sample sends attributes whether MISP marks them for detection or not", "true");
        yield return Behaviour(MispEnforceWarninglist, Off, "the sample sends what stands on MISP's warninglists", "true");
    }

    private IEnumerable<DraftValue> Auth()
    {
        var auth = _given.GetValueOrDefault("graph_auth");
        var items = (auth?.Value as PythonValue.Dict)?.Items.ToDictionary(i => i.Key, i => i.Value, StringComparer.Ordinal) ?? [];
        string? Of(string key) => items.GetValueOrDefault(key) is PythonValue.Text { Value: var text } && !IsBlank(text) ? text : null;

        yield return Needed(Tenant, Of("tenant"), "graph_auth.tenant");
        yield return Needed(ClientId, Of("client_id"), "graph_auth.client_id");
        yield return Secret(ClientSecret, Of("client_secret"), "graph_auth.client_secret");

        foreach (var unknown in items.Keys.Except(["tenant", "client_id", "client_secret"]))
            Note(auth!.Line, $"graph_auth.{unknown} is no key of the sample's; it is not carried over.");
    }

    private IEnumerable<DraftValue> Handling()
    {
        if (_given.ContainsKey("action"))
        {
            foreach (var value in Checked(SettingsTable.Action, Node(Text("action")?.ToLowerInvariant() ?? ""), "action")) yield return value;
        }

        if (_given.GetValueOrDefault("passiveOnly")?.Value is PythonValue.Switch passive) yield return DraftValue.Switch(PassiveOnly, passive.Value);

        if (_given.GetValueOrDefault("days_to_expire")?.Value is PythonValue.Number { Digits: var days })
        {
            var node = new SettingNode.Number(new Origin.Default(), days);
            foreach (var value in Checked(DaysToExpire, node, "days_to_expire"))
            {
                Say($"daysToExpire: {days} is carried over; recommended: {DaysToExpire.Default}, since what MISP still has is renewed in time.");
                yield return value;
            }
        }

        yield return Behaviour(DefaultTlp, Node("red"), "the sample marks what carries no TLP tag as red", "\"amber\"");
        yield return Behaviour(MaxTlp, Node("red"), "the sample sends everything, TLP:RED too", "\"amber+strict\"");
    }

    private SettingNode Filters()
    {
        var given = _given.GetValueOrDefault("misp_event_filters");
        var node = given?.Value is { } value ? ToNode(value) : new SettingNode.List(new Origin.Default(), []);
        if (node is SettingNode.Nothing or SettingNode.Group { Members.Count: 0 }) node = new SettingNode.List(node.Origin, []);

        var faults = new SettingsFaults();
        MispEventFilters.Form.Check(node, MispEventFilters.Path, Place(faults) with { CheckFilter = _checkFilter });
        foreach (var fault in faults.All) Note(given?.Line ?? 1,
            $"misp_event_filters is carried over, but is to be corrected: {fault.Key}: {fault.Text}");
        return node;
    }

    private DraftValue Behaviour(SettingKey key, SettingNode value, string why, string recommended)
    {
        Say($"{key.Path}: {NodeJson.Text(value)} is carried over ({why}); recommended: {recommended}.");
        return new DraftValue(key, value, $"Carried over, since {why}. Recommended: {recommended}.");
    }

    private DraftValue Secret(SettingKey key, string? text, string name)
    {
        var fault = text is null ? null : SecretReference.FaultIn(text);
        if (text is null || fault is not null)
        {
            Say($"{name} has no usable value; {key.Path} is {key.Placeholder}: put the secret there.");
            return DraftValue.Text(key, key.Placeholder!.Trim('"'));
        }

        Say($"{key.Path}: the secret of {name} is carried over as it stands, with --to only; recommended: {key.Placeholder}, and the secret in that variable.");
        return DraftValue.Text(key, text, $"Recommended: {key.Placeholder}, and the secret in that variable.");
    }

    /// <summary>The value, or the sample's placeholder and a note.</summary>
    private DraftValue Needed(SettingKey key, string? text, string name)
    {
        if (text is not null && Checked(key, Node(text), name) is [var value]) return value;

        Say($"{name} has no usable value; {key.Path} is still to be filled in.");
        return DraftValue.Text(key, key.Placeholder!.Trim('"'), "Still to be filled in.");
    }

    /// <summary>The value when it is good, else nothing and a note.</summary>
    private List<DraftValue> Checked(SettingKey key, SettingNode node, string name)
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

    private string? Text(string name) => _given.GetValueOrDefault(name)?.Value is PythonValue.Text { Value: var text } && !IsBlank(text) ? text : null;

    /// <summary>The sample's own placeholders stand in angle brackets.</summary>
    private static bool IsBlank(string text) => string.IsNullOrWhiteSpace(text) || (text.StartsWith('<') && text.EndsWith('>'));

    private void Note(int line, string text) => _notes.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: {text}"));

    private void Say(string text) => _notes.Add(text);

    private static ReadingPlace Place(SettingsFaults faults) => new() { Faults = faults, Folder = Directory.GetCurrentDirectory(), Variable = _ => null };

    private static SettingNode.Switch Off { get; } = new(new Origin.Default(), Value: false);

    private static SettingNode Node(string text) => new SettingNode.Text(new Origin.Default(), text);

    private static SettingNode ToNode(PythonValue value)
    {
        var origin = new Origin.Default();
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
}
