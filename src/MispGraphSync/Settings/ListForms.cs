using System.Text.Json;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>Days by MISP type or <c>tlp:x</c>, in the order written.</summary>
internal sealed record DaysForm(TextForm Type, ChoiceForm<MispGraphSync.Core.Domain.Tlp> Tlp, WholeNumberForm Days)
    : ValueForm<IReadOnlyList<KeyValuePair<string, int>>>
{
    public override string Expects => "an object of days by MISP type or tlp:x, such as { \"ip-dst\": 7, \"tlp:red\": 14 }";

    public override SettingNode FromText(string text, SettingOrigin origin, string key, SettingsFaults faults) => Json(text, origin, key, faults);

    public override IReadOnlyList<KeyValuePair<string, int>>? Read(SettingNode node, string key, ReadingPlace place)
    {
        if (node is not SettingNode.Group group) return Wrong(node, key, place);

        var days = new List<KeyValuePair<string, int>>();
        foreach (var member in group.Members)
        {
            CheckName(member, key, place);
            days.Add(new(member.Name, Days.Read(member.Value, $"{key}.{member.Name}", place)));
        }

        return days;
    }

    private void CheckName(SettingNode.Member member, string key, ReadingPlace place)
    {
        if (member.Name.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase))
        {
            if (!Tlp.Words.Contains(member.Name[4..], StringComparer.OrdinalIgnoreCase))
                place.Faults.Add(member.Origin, key,
                    $"{FaultText.Quote(member.Name)} is no TLP; write one of {string.Join(", ", Tlp.Words.Select(w => "tlp:" + w))}.");
        }
        else if (!Type.Matches(member.Name))
        {
            place.Faults.Add(member.Origin, key, $"{FaultText.Quote(member.Name)} is not {Type.Expects}, nor tlp:x.");
        }
    }
}

/// <summary>MISP filters: a list of objects, or a single one. What is in them, the filters' own reader checks.</summary>
internal sealed record FiltersForm : ValueForm<IReadOnlyList<JsonElement>>
{
    public override string Expects => "a list of filters, such as [{ \"tags\": [\"tlp:green\"] }], or a single one; [] means all events";

    public override SettingNode FromText(string text, SettingOrigin origin, string key, SettingsFaults faults) => Json(text, origin, key, faults);

    public override IReadOnlyList<JsonElement>? Read(SettingNode node, string key, ReadingPlace place)
    {
        if (node is SettingNode.Group) return [Filter(node, key, place)];
        if (node is not SettingNode.List list) return Wrong(node, key, place);

        var filters = new List<JsonElement>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is SettingNode.Group filter) filters.Add(Filter(filter, $"{key}[{i}]", place));
            else Wrong(list.Items[i], $"{key}[{i}]", place);
        }

        return filters;
    }

    private static JsonElement Filter(SettingNode node, string key, ReadingPlace place)
    {
        var filter = NodeJson.Element(node);
        foreach (var fault in place.CheckFilter?.Invoke(filter) ?? []) place.Wrong(node, key, fault);
        return filter;
    }
}

/// <summary><c>true</c> for the system-assigned identity, or a user-assigned one's client id; <c>false</c>: none.</summary>
internal sealed record ManagedIdentityForm : ValueForm<ManagedIdentitySettings>
{
    public override string Expects => "true, or the client id (a GUID) of a user-assigned identity";

    public override SettingNode FromText(string text, SettingOrigin origin, string key, SettingsFaults faults) =>
        new SwitchForm().FromText(text, origin, key, faults);

    public override ManagedIdentitySettings? Read(SettingNode node, string key, ReadingPlace place) => node switch
    {
        SettingNode.Switch { Value: true } => new ManagedIdentitySettings(ClientId: null),
        SettingNode.Switch => null,
        SettingNode.Text { Value: var id } when Guid.TryParseExact(id, "D", out _) => new ManagedIdentitySettings(id),
        _ => Wrong(node, key, place),
    };
}
