using System.Text;

namespace MispGraphSync.Settings;

/// <summary>One key's value as it counts. <see cref="Node"/> is null when there is none.</summary>
/// <param name="Label">The full key, such as <c>destinations.graph.action</c>.</param>
internal sealed record EffectiveValue(string Label, SettingKey Key, SettingNode? Node, SettingOrigin Origin);

/// <summary>Given over common over default, for each key.</summary>
internal sealed class EffectiveValues(GivenValues given, ReadingPlace place)
{
    public GivenValues Given => given;

    /// <summary>A top key's value; the type's default when there is none.</summary>
    public T? Of<T>(SettingKey<T> key) => Read(key, Find(key), key.Path);

    /// <summary>A destination's own value, else the common one, else the default.</summary>
    public T? Of<T>(GivenDestination destination, SettingKey<T> key) => Read(key, Find(destination, key), destination.LabelOf(key));

    public EffectiveValue Find(SettingKey key) => given.Common.TryGetValue(key.Path, out var node)
        ? new EffectiveValue(key.Path, key, node, node.Origin)
        : FromDefault(key.Path, key, key.Default);

    public EffectiveValue Find(GivenDestination destination, SettingKey key)
    {
        var label = destination.LabelOf(key);
        if (destination.Values.TryGetValue(key.Path, out var node)) return new EffectiveValue(label, key, node, node.Origin);
        if (key.Scope != KeyScope.Overridable) return FromDefault(label, key, key.DefaultFor(destination.Kind));
        if (destination.HasOwnCredential && CredentialKeys.Concerns(key)) return FromDefault(label, key, json: null);
        return Find(key) with { Label = label, Origin = new SettingOrigin.Common(key.Path) };
    }

    /// <summary>Every key that counts, in the table's order.</summary>
    public IEnumerable<EffectiveValue> All()
    {
        foreach (var key in SettingsTable.All.TakeWhile(k => k.Scope != KeyScope.Destination)) yield return Find(key);

        foreach (var destination in given.Destinations)
        {
            foreach (var key in SettingsTable.All.OrderBy(k => k.Scope == KeyScope.Overridable))
            {
                if (key.BelongsTo(destination.Kind)) yield return Find(destination, key);
            }
        }

        foreach (var key in SettingsTable.All.SkipWhile(k => k.Scope != KeyScope.Destination).Where(k => k.Scope == KeyScope.Top)) yield return Find(key);
    }

    private T? Read<T>(SettingKey<T> key, EffectiveValue value, string label) =>
        value.Node is null ? default : key.TypedForm.Read(value.Node, label, place);

    private EffectiveValue FromDefault(string label, SettingKey key, string? json)
    {
        var origin = new SettingOrigin.Default();
        var node = json is null ? null : JsonTree.Parse(Encoding.UTF8.GetBytes(json), label, _ => origin, place.Faults);
        return new EffectiveValue(label, key, node, origin);
    }
}
