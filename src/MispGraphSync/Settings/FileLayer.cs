namespace MispGraphSync.Settings;

/// <summary>Spreads the file's tree over the table's keys. What the table does not know is a fault.</summary>
internal static class FileLayer
{
    private const string Destinations = "destinations";

    public static void Lay(SettingNode root, GivenValues given, SettingsFaults faults)
    {
        if (root is not SettingNode.Group group)
        {
            faults.Add(root.Origin, "the file", $"It holds {root.KindName}; settings are one object: {{ … }}.");
            return;
        }

        Spread(new Level(SettingsTable.AtTop, given.Common, Label: "", IsTop: true), group, prefix: "", faults);

        foreach (var member in group.Members.Where(m => m.Name == Destinations)) LayDestinations(member, given, faults);
    }

    private static void LayDestinations(SettingNode.Member member, GivenValues given, SettingsFaults faults)
    {
        if (member.Value is not SettingNode.List list)
        {
            faults.Add(member.Value.Origin, Destinations,
                $"This is {member.Value.KindName}; write a list of objects: [{{ \"name\": …, \"kind\": … }}].");
            return;
        }

        foreach (var item in list.Items)
        {
            var destination = new GivenDestination(given.Destinations.Count, item.Origin);
            given.Destinations.Add(destination);
            if (item is SettingNode.Group group)
            {
                foreach (var own in group.Members.Where(m => m.Name is "name" or "kind")) destination.Values[own.Name] = own.Value;
                Spread(new Level(SettingsTable.InDestination, destination.Values, destination.Label, IsTop: false), group, prefix: "", faults);
            }
            else
            {
                faults.Add(item.Origin, destination.Label, $"This is {item.KindName}; each destination is an object.");
            }
        }
    }

    private static void Spread(Level level, SettingNode.Group group, string prefix, SettingsFaults faults)
    {
        foreach (var member in group.Members)
        {
            var path = prefix.Length == 0 ? member.Name : $"{prefix}.{member.Name}";
            var isPlainName = !member.Name.Contains('.', StringComparison.Ordinal);
            if (level.IsTop && path is "$schema" or Destinations) continue;

            if (isPlainName && level.Keys.TryGetValue(path, out var key)) Keep(level, key, member, faults);
            else if (isPlainName && KeysUnder(level, path).Any()) SpreadGroup(level, member, path, faults);
            else faults.Add(member.Origin, level.Key(path), UnknownKey.Text(path, level.Keys.Keys, level.IsTop));
        }
    }

    private static void Keep(Level level, SettingKey key, SettingNode.Member member, SettingsFaults faults)
    {
        if (member.Value is not SettingNode.Nothing)
        {
            level.Values[key.Path] = member.Value;
            return;
        }

        level.Values.Remove(key.Path);
        var inherits = !level.IsTop && key.Scope == KeyScope.Overridable;
        if (!inherits && key.Default is not null)
            faults.Add(member.Value.Origin, level.Key(key.Path),
                $"null is not {key.Form.Expects}. Leave the key out for its default.");
    }

    private static void SpreadGroup(Level level, SettingNode.Member member, string path, SettingsFaults faults)
    {
        if (member.Value is SettingNode.Group inner) Spread(level, inner, path, faults);
        else if (member.Value is not SettingNode.Nothing)
        {
            var keys = string.Join(", ", KeysUnder(level, path).Select(k => k[(path.Length + 1)..].Split('.')[0]).Distinct());
            faults.Add(member.Value.Origin, level.Key(path),
                $"This is {member.Value.KindName}; it takes an object with some of: {keys}.");
        }
    }

    private static IEnumerable<string> KeysUnder(Level level, string path) =>
        level.Keys.Keys.Where(k => k.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>The top or one destination: which keys may stand there, and where their values go.</summary>
    private sealed record Level(IReadOnlyDictionary<string, SettingKey> Keys, Dictionary<string, SettingNode> Values, string Label, bool IsTop)
    {
        public string Key(string path) => IsTop ? path : $"{Label}.{path}";
    }
}
