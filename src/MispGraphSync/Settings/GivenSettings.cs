namespace MispGraphSync.Settings;

/// <summary>What the user gave; a stronger layer has already replaced a weaker one.</summary>
internal sealed class GivenSettings(SettingsTable table)
{
    public SettingsTable Table => table;

    public GivenLevel Top { get; } = new(table, SettingOrigin.Default, Index: -1);

    public List<GivenLevel> Destinations { get; } = [];

    /// <summary>Empty where misp is one object: its values are at the top then.</summary>
    public List<GivenLevel> Sources { get; } = [];

    public GivenLevel AddDestination(SettingOrigin origin)
    {
        Destinations.Add(new GivenLevel(table, origin, Destinations.Count));
        return Destinations[^1];
    }

    public GivenLevel AddSource(SettingOrigin origin)
    {
        Sources.Add(new GivenLevel(table, origin, Sources.Count, IsSource: true));
        return Sources[^1];
    }
}

/// <summary>The top of the settings, one destination, or one of several sources.</summary>
/// <param name="Origin">Where it begins.</param>
/// <param name="Index">In the file's order; -1: the top.</param>
/// <param name="IsSource">Its values have the keys' whole paths, such as <c>misp.url</c>.</param>
internal sealed record GivenLevel(SettingsTable Table, SettingOrigin Origin, int Index, bool IsSource = false)
{
    public bool IsTop => Index < 0;

    /// <summary>The keys that may be given here, by path.</summary>
    public IReadOnlyDictionary<string, SettingKey> Keys => IsTop ? Table.AtTop : IsSource ? Table.InSource : Table.InDestination;

    public Dictionary<string, SettingValue> Values { get; } = new(StringComparer.Ordinal);

    public string? Name => Values.GetValueOrDefault(NameKey.Path)?.Text;

    /// <summary>The list that it is in.</summary>
    public string List => IsSource ? FileLayer.Sources : FileLayer.Destinations;

    /// <summary>What the paths of its keys begin with and the file does not repeat.</summary>
    public string Prefix => IsSource ? FileLayer.Sources + "." : "";

    /// <summary>Null when it is missing or not a known kind.</summary>
    public KindSettings? Kind => Table.Named(Values.GetValueOrDefault(Table.Kind.Path)?.Text);

    /// <summary>Whether a destination has a way to sign in of its own; then it inherits no common credential.</summary>
    public bool HasOwnCredential => Settings.Keys.Credentials.Any(key => Values.ContainsKey(key.Path));

    /// <summary>By its name where it has a proper one, else by its index.</summary>
    public string Label => Name is { } name && NameKey.Type.Accepts(name) ? $"{List}.{name}" : $"{List}[{Index}]";

    public string LabelOf(SettingKey key) => LabelOf(key.Path);

    public string LabelOf(string path) => IsTop ? path : $"{Label}.{path[Prefix.Length..]}";

    /// <summary>The sentence for a key that the table does not have, with the one that was probably meant.</summary>
    public string UnknownKey(string path) =>
        NearestTo(path) is { } meant
            ? $"There is no such key. Did you mean {(meant.StartsWith(Prefix, StringComparison.Ordinal) ? meant[Prefix.Length..] : meant)}?"
            : "There is no such key.";

    /// <summary>A key that ends in the same word.</summary>
    public static string? SameLastWord(string path, IReadOnlyDictionary<string, SettingKey> keys) =>
        keys.Keys.FirstOrDefault(key => DidYouMean.IsSameWord(key.Split('.')[^1], path.Split('.')[^1]));

    private SettingKey NameKey => IsSource ? Settings.Keys.MispName : Settings.Keys.Name;

    private string? NearestTo(string path)
    {
        // The parents count too: "mips" for "misp".
        var words = Keys.Keys.SelectMany(WithParents);
        return DidYouMean.Nearest(path, IsTop ? words.Append(FileLayer.Destinations) : words)
            ?? SameLastWord(path, Keys)
            ?? (IsTop
                ? SameLastWord(path, Table.InDestination) is { } own ? $"destinations[].{own}" : null
                : SameLastWord(path, Table.AtTop) is { } top ? $"{top}, which belongs at the top, outside of {List}" : null);
    }

    private static IEnumerable<string> WithParents(string path)
    {
        for (var end = path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = path.IndexOf('.', end + 1)) yield return path[..end];
        yield return path;
    }
}
