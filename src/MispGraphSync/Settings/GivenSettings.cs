namespace MispGraphSync.Settings;

/// <summary>What the user gave; a stronger layer has already replaced a weaker one.</summary>
internal sealed class GivenSettings(SettingsTable table)
{
    public SettingsTable Table => table;

    public GivenLevel Top { get; } = new(table, SettingOrigin.Default, Index: -1);

    public List<GivenLevel> Destinations { get; } = [];

    public GivenLevel AddDestination(SettingOrigin origin)
    {
        Destinations.Add(new GivenLevel(table, origin, Destinations.Count));
        return Destinations[^1];
    }
}

/// <summary>The top of the settings, or one destination.</summary>
/// <param name="Origin">Where it begins.</param>
/// <param name="Index">In the file's order; -1: the top.</param>
internal sealed record GivenLevel(SettingsTable Table, SettingOrigin Origin, int Index)
{
    public bool IsTop => Index < 0;

    /// <summary>The keys that may be given here, by path.</summary>
    public IReadOnlyDictionary<string, SettingKey> Keys => IsTop ? Table.AtTop : Table.InDestination;

    public Dictionary<string, SettingValue> Values { get; } = new(StringComparer.Ordinal);

    public string? Name => Values.GetValueOrDefault(Settings.Keys.Name.Path)?.Text;

    /// <summary>Null when it is missing or not a known kind.</summary>
    public KindSettings? Kind => Table.Named(Values.GetValueOrDefault(Table.Kind.Path)?.Text);

    /// <summary>Whether a destination has a way to sign in of its own; then it inherits no common credential.</summary>
    public bool HasOwnCredential => Settings.Keys.Credentials.Any(key => Values.ContainsKey(key.Path));

    /// <summary>A destination by its name where it has a proper one, else by its index.</summary>
    public string Label => Name is { } name && Settings.Keys.Name.Type.Accepts(name) ? $"destinations.{name}" : $"destinations[{Index}]";

    public string LabelOf(SettingKey key) => LabelOf(key.Path);

    public string LabelOf(string path) => IsTop ? path : $"{Label}.{path}";

    /// <summary>The sentence for a key that the table does not have, with the one that was probably meant.</summary>
    public string UnknownKey(string path) =>
        NearestTo(path) is { } meant ? $"There is no such key. Did you mean {meant}?" : "There is no such key.";

    /// <summary>A key that ends in the same word.</summary>
    public static string? SameLastWord(string path, IReadOnlyDictionary<string, SettingKey> keys) =>
        keys.Keys.FirstOrDefault(key => DidYouMean.IsSameWord(key.Split('.')[^1], path.Split('.')[^1]));

    private string? NearestTo(string path)
    {
        // The parents count too: "mips" for "misp".
        var words = Keys.Keys.SelectMany(WithParents);
        return DidYouMean.Nearest(path, IsTop ? words.Append(FileLayer.Destinations) : words)
            ?? SameLastWord(path, Keys)
            ?? (IsTop
                ? SameLastWord(path, Table.InDestination) is { } own ? $"destinations[].{own}" : null
                : SameLastWord(path, Table.AtTop) is { } top ? $"{top}, which belongs at the top, outside of destinations" : null);
    }

    private static IEnumerable<string> WithParents(string path)
    {
        for (var end = path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = path.IndexOf('.', end + 1)) yield return path[..end];
        yield return path;
    }
}
