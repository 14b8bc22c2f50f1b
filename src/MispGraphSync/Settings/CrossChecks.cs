using MispGraphSync.Core.Domain;
using static MispGraphSync.Settings.SettingsTable;

namespace MispGraphSync.Settings;

/// <summary>What one key alone cannot tell: keys that need, exclude or contradict each other.</summary>
internal sealed class CrossChecks(EffectiveValues values, AppSettings settings, SettingsFaults faults, bool needsMisp)
{
    private readonly SignInChecks _signIn = new(values, faults);

    public void Run()
    {
        CheckMisp();
        CheckNames();
        if (!settings.Destinations.Any(d => d.Enabled) && !faults.Has("destinations"))
            faults.Add(new SettingOrigin.Default(), "destinations", "None is enabled; give at least one, or set its \"enabled\" to true.");

        foreach (var (given, destination) in values.Given.Destinations.Zip(settings.Destinations))
        {
            CheckKeysOfKind(given);
            if (!destination.Enabled) continue;
            if (given.Kind is not null) CheckDestination(given, destination);
        }

        CheckPlacesDiffer();
    }

    private void CheckMisp()
    {
        var hasUrl = values.Find(MispUrl).Node is not null;
        var hasKey = values.Find(MispKey).Node is not null;
        if (!hasUrl && (hasKey || needsMisp))
            Missing(MispUrl.Path,
                "the address of your MISP server, such as https://misp.example.com");
        if (!hasKey && (hasUrl || needsMisp)) Missing(MispKey.Path, "the auth key to read with, best as env:MISP_KEY or file:PATH");
        if (settings.CaFile is { } file && !File.Exists(file))
            faults.Add(values.Find(CaFile).Origin, CaFile.Path,
                $"There is no file {file}.");
    }

    private void CheckNames()
    {
        var first = new Dictionary<string, GivenDestination>(StringComparer.OrdinalIgnoreCase);
        foreach (var given in values.Given.Destinations)
        {
            if (given.Name is null) RequireOwn(given, Name, "a short name of your choice, such as \"graph\"");
            else if (!first.TryAdd(given.Name, given))
                faults.Add(given.Values[Name.Path].Origin, given.LabelOf(Name),
                    $"The name {FaultText.Quote(given.Name)} is taken by another destination ({first[given.Name].Origin.Place}); names must differ, and case counts for nothing.");
            if (!given.Values.ContainsKey(Kind.Path)) RequireOwn(given, Kind, Kind.Form.Expects);
        }
    }

    private void CheckKeysOfKind(GivenDestination given)
    {
        foreach (var (path, node) in given.Values)
        {
            var key = InDestination[path];
            if (!key.BelongsTo(given.Kind))
                faults.Add(node.Origin, given.LabelOf(key),
                    $"This key belongs to a {string.Join(" or ", key.Kinds)} destination; this one is a {given.Kind} destination.");
        }
    }

    private void CheckDestination(GivenDestination given, DestinationSettings destination)
    {
        _signIn.Check(given, destination);
        if (given.Kind == Sentinel && !given.Values.ContainsKey(WorkspaceId.Path))
            RequireOwn(given, WorkspaceId, "the Log Analytics workspace's id, a GUID, from its Overview page");
        CheckAction(given, destination);
        CheckCloud(given, destination);
        CheckManagement(given);
    }

    private void CheckAction(GivenDestination given, DestinationSettings destination)
    {
        var action = values.Find(given, SettingsTable.Action);
        if (destination.Policy.Action == IndicatorAction.Warn && given.Kind != Defender && !faults.Has(SettingsTable.Action.Path))
            faults.Add(action.Origin, given.LabelOf(SettingsTable.Action),
                $"\"warn\" is for Defender only; give this {given.Kind} destination an \"action\" of its own: alert, block or allow.");
    }

    private void CheckCloud(GivenDestination given, DestinationSettings destination)
    {
        var cloud = values.Find(given, Cloud);
        if (given.Kind == Graph && destination.Auth.Cloud is "usgov" or "usgovdod" or "china")
            faults.Add(cloud.Origin, given.LabelOf(Cloud),
                $"Graph takes indicators in the global cloud only (global or gcc), not in \"{destination.Auth.Cloud}\"; use a sentinel destination there.");
        if (given.Kind == Defender && destination.Auth.Cloud == "china" && destination.Endpoint is null)
            faults.Add(cloud.Origin, given.LabelOf(Cloud),
                "No host of Defender is known in the China cloud; if you have one, name it in \"endpoint\".");
    }

    /// <summary>Listing a workspace needs all three, or none.</summary>
    private void CheckManagement(GivenDestination given)
    {
        SettingKey[] keys = [SubscriptionId, ResourceGroup, WorkspaceName];
        var missing = keys.Where(k => !given.Values.ContainsKey(k.Path)).ToList();
        if (missing.Count is 0 or 3) return;
        foreach (var key in missing)
            RequireOwn(given, key,
                $"{key.Form.Expects}, since read and verify need all of subscriptionId, resourceGroup and workspaceName");
    }

    /// <summary>The ledger knows a destination by its place and scope: two at one place would undo each other's work.</summary>
    private void CheckPlacesDiffer()
    {
        var first = new Dictionary<(string, string, string), string>();
        foreach (var (given, destination) in values.Given.Destinations.Zip(settings.Destinations))
        {
            if (!destination.Enabled || given.Kind is null || destination.Info.Place.Length == 0) continue;

            var info = destination.Info;
            if (!first.TryAdd((info.Kind, info.Place, info.Scope), given.Label))
                faults.Add(given.Origin, given.Label,
                    $"It writes to the same place as {first[(info.Kind, info.Place, info.Scope)]}; disable one of them, or give it another {Differing(given.Kind)}.");
        }
    }

    private static string Differing(string kind) => kind switch
    {
        Graph => "targetProduct or tenant",
        Sentinel => "workspaceId or sourceSystem",
        _ => "tenant",
    };

    private void RequireOwn(GivenDestination given, SettingKey key, string right)
    {
        if (!faults.Has(given.LabelOf(key))) faults.Add(given.Origin, given.LabelOf(key), $"This is missing; give {right}.");
    }

    private void Missing(string key, string right)
    {
        if (!faults.Has(key)) faults.Add(new SettingOrigin.Default(), key, $"This is missing; give {right}.");
    }
}
