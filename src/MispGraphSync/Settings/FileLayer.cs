using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>Takes the values of the settings file over. A key that the table does not have is a fault.</summary>
internal sealed class FileLayer(GivenSettings given, SettingsFaults faults)
{
    public const string Destinations = "destinations";

    /// <summary>One object, or a list of them.</summary>
    public const string Sources = "misp";

    /// <param name="root">Null: the file is no JSON, which is a fault already.</param>
    public void Add(SettingValue? root)
    {
        if (root is null) return;
        if (root.Json.ValueKind != JsonValueKind.Object)
        {
            faults.Add(root.Origin, SettingsFaults.File, $"It holds {root}; settings are one object: {{ … }}.");
            return;
        }

        AddMembers(given.Top, root, prefix: "");
        foreach (var (_, destinations) in root.Members.Where(member => member.Name == Destinations)) AddDestinations(destinations);
        foreach (var (_, sources) in root.Members.Where(IsListOfSources)) AddSources(sources);
    }

    private static bool IsListOfSources((string Name, SettingValue Value) member) =>
        member.Name == Sources && member.Value.Json.ValueKind == JsonValueKind.Array;

    private void AddSources(SettingValue list)
    {
        if (!list.Items.Any()) faults.Add(list.Origin, Sources, "This list is empty; it takes at least one source.");
        foreach (var item in list.Items)
        {
            var source = given.AddSource(item.Origin);
            if (item.Json.ValueKind != JsonValueKind.Object)
                faults.Add(item.Origin, source.Label, $"This is {item}; each source is an object.");
            else AddNameFirst(source, item);
        }
    }

    private void AddDestinations(SettingValue list)
    {
        if (list.Json.ValueKind != JsonValueKind.Array)
        {
            faults.Add(list.Origin, Destinations, $"This is {list}; write a list of objects: [{{ \"name\": …, \"kind\": … }}].");
            return;
        }

        foreach (var item in list.Items)
        {
            var destination = given.AddDestination(item.Origin);
            if (item.Json.ValueKind != JsonValueKind.Object)
            {
                faults.Add(item.Origin, destination.Label, $"This is {item}; each destination is an object.");
                continue;
            }

            AddNameFirst(destination, item);
        }
    }

    // It is part of the label of every fault.
    private void AddNameFirst(GivenLevel level, SettingValue item)
    {
        foreach (var (name, value) in item.Members.Where(member => member.Name == Keys.Name.Path))
            level.Values[level.Prefix + name] = value;
        AddMembers(level, item, level.Prefix);
    }

    private void AddMembers(GivenLevel level, SettingValue group, string prefix)
    {
        foreach (var (name, value) in group.Members)
        {
            var path = prefix + name;
            if (level.IsTop && (path is "$schema" or Destinations || IsListOfSources((path, value)))) continue;

            var isPlainName = !name.Contains('.', StringComparison.Ordinal);
            var below = level.Keys.Keys.Where(key => key.StartsWith(path + ".", StringComparison.Ordinal));
            if (isPlainName && level.Keys.TryGetValue(path, out var key)) Set(level, key, value);
            else if (!isPlainName || !below.Any()) faults.Add(value.Origin, level.LabelOf(path), level.UnknownKey(path));
            else if (value.Json.ValueKind == JsonValueKind.Object) AddMembers(level, value, path + ".");
            else if (!value.IsNull)
            {
                var inside = string.Join(", ", below.Select(one => one[(path.Length + 1)..].Split('.')[0]).Distinct());
                faults.Add(value.Origin, level.LabelOf(path), $"This is {value}; it takes an object with some of: {inside}.");
            }
        }
    }

    private void Set(GivenLevel level, SettingKey key, SettingValue value)
    {
        if (!value.IsNull)
        {
            level.Values[key.Path] = value;
            return;
        }

        level.Values.Remove(key.Path);
        var inherits = !level.IsTop && key.Scope == KeyScope.Overridable;
        if (!inherits && key.Default is not null)
            faults.Add(value.Origin, level.LabelOf(key.Path), $"null is not {key.Type.Expects}. Leave the key out for its default.");
    }
}
