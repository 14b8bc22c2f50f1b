using System.Text.Json;
using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings.Import;

/// <summary>
/// Turns the Python sample's config.py into settings that behave as the sample does, and says for each such behaviour
/// what we recommend instead.
/// </summary>
internal sealed class SampleConfig : ImportedConfig
{
    private static readonly string[] Known =
    [
        "graph_auth", "targetProduct", "misp_event_filters", "action", "passiveOnly", "days_to_expire", "misp_key", "misp_domain",
        "misp_verifycert",
    ];

    public SampleConfig(string text, Func<JsonElement, IEnumerable<string>>? checkFilter)
        : base(text, "the sample's", Known, new Dictionary<string, string>(), checkFilter)
    {
    }

    protected override IReadOnlyList<string> Head { get; } =
    [
        "Settings of misp-graph, made from the Python sample's config.py: they behave as the sample does.",
        "What we recommend instead stands with each key. Check: misp-graph doctor, then misp-graph plan",
    ];

    protected override ConfigDraft Draft()
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
        foreach (var value in Server()) yield return value;

        var verify = Given("misp_verifycert") is PythonValue.Switch { Value: true };
        if (!verify) yield return Behaviour(MispVerifyCert, Off,
            "the sample does not check MISP's certificate", "true, with caFile for an authority of your own");

        yield return new DraftValue(MispEventFilters, Filters());
        yield return Behaviour(MispToIdsOnly, Off,
            "the sample sends attributes whether MISP marks them for detection or not", "true");
        yield return Behaviour(MispEnforceWarninglist, Off, "the sample sends what stands on MISP's warninglists", "true");
    }

    private IEnumerable<DraftValue> Auth()
    {
        var items = Items("graph_auth", "tenant", "client_id", "client_secret");
        yield return Needed(Tenant, Text(items, "tenant"), "graph_auth.tenant");
        yield return Needed(ClientId, Text(items, "client_id"), "graph_auth.client_id");
        yield return Secret(ClientSecret, Text(items, "client_secret"), "graph_auth.client_secret");
    }

    private IEnumerable<DraftValue> Handling()
    {
        if (Given("action") is not null)
        {
            foreach (var value in Checked(SettingsTable.Action, Node(Text("action")?.ToLowerInvariant() ?? ""), "action")) yield return value;
        }

        if (Given("passiveOnly") is PythonValue.Switch passive) yield return DraftValue.Switch(PassiveOnly, passive.Value);

        if (Given("days_to_expire") is PythonValue.Number { Digits: var days })
        {
            var node = new SettingNode.Number(new SettingOrigin.Default(), days);
            foreach (var value in Checked(DaysToExpire, node, "days_to_expire"))
            {
                Say($"daysToExpire: {days} is carried over; recommended: {DaysToExpire.Default}, since what MISP still has is renewed in time.");
                yield return value;
            }
        }

        yield return Behaviour(DefaultTlp, Node("red"), "the sample marks what carries no TLP tag as red", "\"amber\"");
        yield return Behaviour(MaxTlp, Node("red"), "the sample sends everything, TLP:RED too", "\"amber+strict\"");
    }
}
