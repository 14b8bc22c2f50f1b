using System.Globalization;
using MispGraphSync.Text;

namespace MispGraphSync.Settings;

/// <summary>
/// Lays <c>MISP_GRAPH__SECTION__KEY</c> variables over the file, and options over both. A destination is addressed by its
/// name or by its index; one that the file does not have is made where its kind is given.
/// </summary>
internal sealed class OverrideLayer(GivenValues given, SettingsFaults faults)
{
    public const string Prefix = "MISP_GRAPH__";

    /// <summary>An empty variable is as good as none.</summary>
    public void LayEnvironment(IReadOnlyDictionary<string, string> environment) =>
        Lay(environment
            .Where(v => v.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && v.Value.Length > 0)
            .OrderBy(v => v.Key, StringComparer.Ordinal)
            .Select(v => new Given(v.Key[Prefix.Length..].Split("__"), v.Value, new SettingOrigin.Variable(v.Key))));

    /// <param name="options">Text by key: <c>guard.maxDelete</c>, <c>destinations.graph.enabled</c>.</param>
    public void LayOptions(IReadOnlyDictionary<string, string> options) =>
        Lay(options.Select(o => new Given(o.Key.Split('.'), o.Value, new SettingOrigin.Option(o.Key))));

    /// <summary>The variable for a key.</summary>
    public static string VariableFor(string path) => Prefix + path.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    private void Lay(IEnumerable<Given> all)
    {
        var overrides = all.ToList();
        foreach (var one in overrides.Where(o => !o.IsForDestination))
            Set(given.Common, SettingsTable.AtTop, one, from: 0, label: "");

        var groups = overrides
            .Where(o => o.IsForDestination)
            .GroupBy(o => o.Segments.Length > 1 ? o.Segments[1].ToLowerInvariant() : "", StringComparer.Ordinal)
            .OrderBy(g => IndexOf(g.Key) ?? int.MaxValue)
            .ThenBy(g => g.Key, StringComparer.Ordinal);
        foreach (var group in groups) LayDestination(group.Key, [.. group]);
    }

    private void LayDestination(string address, List<Given> overrides)
    {
        var known = Find(address);
        if (known is null && !CanBeNew(address, overrides))
        {
            foreach (var one in overrides) faults.Add(one.Origin, "destinations", NoSuchDestination(address));
            return;
        }

        var destination = known ?? Add(address, overrides[0].Origin);
        foreach (var one in overrides) Set(destination.Values, SettingsTable.InDestination, one, from: 2, $"{destination.Label}.");
    }

    private GivenDestination? Find(string address) => IndexOf(address) is { } index
        ? given.Destinations.ElementAtOrDefault(index)
        : given.Destinations.Find(d => d.Name is { } name && Spelled(name) == Spelled(address));

    /// <summary>The next index, or a name whose kind is given along with it.</summary>
    private bool CanBeNew(string address, List<Given> overrides) =>
        address.Length > 0
        && (IndexOf(address) is not { } index || index == given.Destinations.Count)
        && overrides.Exists(o => o.Segments.Length == 3 && o.Segments[2].Equals("kind", StringComparison.OrdinalIgnoreCase));

    private GivenDestination Add(string address, SettingOrigin origin)
    {
        var destination = new GivenDestination(given.Destinations.Count, origin);
        given.Destinations.Add(destination);
        if (IndexOf(address) is null)
            destination.Values[SettingsTable.Name.Path] = new SettingNode.Text(origin, address.Replace('_', '-'));
        return destination;
    }

    private string NoSuchDestination(string address)
    {
        if (address.Length == 0) return "After destinations go a destination's name (or index) and a key.";

        var names = given.Destinations.Select(d => d.Name).OfType<string>().ToList();
        var meant = DidYouMean.Nearest(address, names) is { } near ? $" Did you mean {near}?" : names.Count > 0 ? $" There are: {string.Join(", ", names)}." : "";
        return $"There is no destination {FaultText.Quote(address)}.{meant} To make one, give its kind as well.";
    }

    private void Set(Dictionary<string, SettingNode> values, IReadOnlyDictionary<string, SettingKey> keys, Given one, int from, string label)
    {
        var path = string.Join('.', one.Segments.Skip(from));
        var key = keys.Values.FirstOrDefault(k => k.Path.Equals(path, StringComparison.OrdinalIgnoreCase));
        if (key is null)
        {
            faults.Add(one.Origin, label + path, UnknownVariable(path, keys, one));
            return;
        }

        if (values.TryGetValue(key.Path, out var before) && before.Origin is SettingOrigin.Variable other && one.Origin is SettingOrigin.Variable)
            faults.Add(one.Origin, label + key.Path, $"{other.Name} sets this key too; keep one of them.");
        values[key.Path] = key.Form.FromText(one.Text, one.Origin, label + key.Path, faults);
    }

    private static string UnknownVariable(string path, IReadOnlyDictionary<string, SettingKey> keys, Given one)
    {
        if (one.Origin is not SettingOrigin.Variable) return UnknownKey.Text(path, keys.Keys, keys == SettingsTable.AtTop);

        var start = one.IsForDestination ? $"{Prefix}DESTINATIONS__{string.Join("__", one.Segments.Skip(1).Take(1)).ToUpperInvariant()}__" : Prefix;
        var meant = DidYouMean.Nearest(path, keys.Keys) ?? keys.Keys.FirstOrDefault(k => DidYouMean.IsSameWord(k.Split('.')[^1], path.Split('.')[^1]));
        return meant is null
            ? "There is no such key. Variables are written MISP_GRAPH__SECTION__KEY."
            : $"There is no such key. Did you mean {start}{VariableFor(meant)[Prefix.Length..]}?";
    }

    private static int? IndexOf(string address) =>
        int.TryParse(address, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    private static string Spelled(string name) => name.Replace('-', '_').ToLowerInvariant();

    private sealed record Given(string[] Segments, string Text, SettingOrigin Origin)
    {
        public bool IsForDestination => Segments[0].Equals("destinations", StringComparison.OrdinalIgnoreCase);

        public override string ToString() => Origin.Place;
    }
}
