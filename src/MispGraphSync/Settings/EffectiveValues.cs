using System.Text;

namespace MispGraphSync.Settings;

/// <summary>One key with the value in effect.</summary>
/// <param name="Label">The full key, such as <c>destinations.graph.action</c>.</param>
/// <param name="Value">Null: there is none.</param>
internal sealed record EffectiveValue(string Label, SettingKey Key, SettingValue? Value, SettingOrigin Origin);

/// <summary>For each key: the own value of the destination or source, else the common one, else the default.</summary>
internal sealed class EffectiveValues(GivenSettings given, ReadContext context)
{
    public SettingsTable Table => given.Table;

    public IReadOnlyList<GivenLevel> Destinations => given.Destinations;

    /// <summary>Null: the only one, whose values are at the top.</summary>
    public IReadOnlyList<GivenLevel?> Sources => given.Sources.Count > 0 ? given.Sources : new GivenLevel?[] { null };

    public ReadContext Context => context;

    /// <summary>The type's default when there is no value.</summary>
    public T? Of<T>(SettingKey<T> key, GivenLevel? level = null) =>
        Find(key, level) is { Value: { } value } found ? key.ValueType.Read(value, found.Label, context) : default;

    public EffectiveValue Find(SettingKey key, GivenLevel? level = null)
    {
        if (level is null)
        {
            return given.Top.Values.TryGetValue(key.Path, out var common)
                ? new EffectiveValue(key.Path, key, common, common.Origin)
                : FromDefault(key.Path, key, key.Default);
        }

        var label = level.LabelOf(key);
        if (level.Values.TryGetValue(key.Path, out var own)) return new EffectiveValue(label, key, own, own.Origin);
        if (level.IsSource) return FromDefault(label, key, key.Default);
        if (key.Scope != KeyScope.Overridable)
            return FromDefault(label, key, Table.InDestination[key.Path].DefaultFor(level.Kind?.Name));
        var isCredential = Keys.Credentials.Contains(key) || key == Keys.CertificatePassword;
        if (isCredential && level.HasOwnCredential) return FromDefault(label, key, json: null);
        return Find(key) with { Label = label, Origin = SettingOrigin.Common(key.Path) };
    }

    /// <summary>Every key in effect, in the table's order; a destination's overrides after its own keys.</summary>
    public IEnumerable<EffectiveValue> All()
    {
        var inDestination = Table.InDestination.Values.OrderBy(key => key.Scope == KeyScope.Overridable).ToList();
        var before = Table.All.TakeWhile(key => key.Scope != KeyScope.Destination).ToList();
        return before.SelectMany(OfCommon)
            .Concat(given.Destinations.SelectMany(
                one => inDestination.Where(key => key.BelongsTo(one.Kind?.Name)).Select(key => Find(key, one))))
            .Concat(Table.All.Skip(before.Count).Where(key => key.Scope != KeyScope.Destination).Select(key => Find(key)));
    }

    /// <summary>The kind of a source, which is <c>misp</c> where it is not given.</summary>
    public string KindOf(GivenLevel? source) => Of(Keys.MispKind, source) ?? MispSettings.Server;

    // Several sources come one after the other, each with the keys that have a meaning for its kind.
    private IEnumerable<EffectiveValue> OfCommon(SettingKey key) =>
        given.Sources.Count == 0 || !Table.InSource.ContainsKey(key.Path) ? [Find(key)]
        : key != Table.InSource.Values.First() ? []
        : given.Sources.SelectMany(source =>
            Table.InSource.Values.Where(one => one.IsOf(KindOf(source))).Select(one => Find(one, source)));

    private EffectiveValue FromDefault(string label, SettingKey key, string? json)
    {
        var value = json is null ? null
            : SettingsJson.Parse(Encoding.UTF8.GetBytes(json), label, _ => SettingOrigin.Default, context.Faults);
        return new EffectiveValue(label, key, value, SettingOrigin.Default);
    }
}

/// <summary>The values of one destination, for its kind.</summary>
internal sealed class DestinationValues(EffectiveValues values, GivenLevel given, SettingsFaults faults)
{
    public T? Of<T>(SettingKey<T> key) => values.Of(key, given);

    /// <summary>Whether the destination itself has it.</summary>
    public bool IsGiven(SettingKey key) => given.Values.ContainsKey(key.Path);

    /// <summary>Adds the fault that the destination lacks a key.</summary>
    /// <param name="right">What to give.</param>
    public void Missing(SettingKey key, string right)
    {
        var label = given.LabelOf(key);
        if (!faults.Has(label)) faults.AddMissing(given.Origin, label, right);
    }

    /// <summary>Adds a fault where the value comes from.</summary>
    public void Wrong(SettingKey key, string text)
    {
        var found = values.Find(key, given);
        faults.Add(found.Value?.Origin ?? found.Origin, found.Label, text);
    }
}
