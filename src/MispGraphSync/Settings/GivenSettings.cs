using MispGraphSync.Text;

namespace MispGraphSync.Settings;

/// <summary>What the user gave, by key; a stronger layer has already replaced a weaker one.</summary>
internal sealed class GivenSettings
{
    public Dictionary<string, SettingValue> Common { get; } = new(StringComparer.Ordinal);

    public List<GivenDestination> Destinations { get; } = [];

    public bool IsEmpty => Common.Count == 0 && Destinations.Count == 0;
}

/// <summary>One destination as given.</summary>
/// <param name="Index">From 0, in the file's order.</param>
/// <param name="Origin">Where it begins.</param>
internal sealed record GivenDestination(int Index, SettingOrigin Origin, SettingsTable Table)
{
    public Dictionary<string, SettingValue> Values { get; } = new(StringComparer.Ordinal);

    public string? Name => Values.GetValueOrDefault(Keys.Name.Path)?.Text;

    /// <summary>Null when it is missing or not a known kind.</summary>
    public KindSettings? Kind => Table.Named(Values.GetValueOrDefault(Table.Kind.Path)?.Text);

    /// <summary>By name where it has a proper one, else by index.</summary>
    public string Label => Name is { } name && Keys.Name.Type.Accepts(name) ? $"destinations.{name}" : $"destinations[{Index}]";

    public string LabelOf(SettingKey key) => $"{Label}.{key.Path}";

    /// <summary>Whether it has a way to sign in of its own; then it inherits no common credential.</summary>
    public bool HasOwnCredential => Keys.Credentials.Any(key => Values.ContainsKey(key.Path));
}

/// <summary>The top or one destination: the keys that may be given there, and where their values go.</summary>
/// <param name="Label">Empty at the top.</param>
internal sealed record Level(string Label, IReadOnlyDictionary<string, SettingKey> Keys, Dictionary<string, SettingValue> Values, SettingsTable Table)
{
    public bool IsTop => Label.Length == 0;

    public string LabelOf(string path) => IsTop ? path : $"{Label}.{path}";

    public static Level Of(GivenSettings given, SettingsTable table) => new("", table.AtTop, given.Common, table);

    public static Level Of(GivenDestination destination) =>
        new(destination.Label, destination.Table.InDestination, destination.Values, destination.Table);

    /// <summary>The sentence for a key that the table does not have, with the one that was probably meant.</summary>
    public string UnknownKey(string path) =>
        NearestTo(path) is { } meant ? $"There is no such key. Did you mean {meant}?" : "There is no such key.";

    private string? NearestTo(string path)
    {
        // The parents count too: "mips" for "misp".
        var words = Keys.Keys.SelectMany(WithParents);
        if (DidYouMean.Nearest(path, IsTop ? words.Append(FileLayer.Destinations) : words) is { } near) return near;

        var last = path.Split('.')[^1];
        return SameLastWord(last, Keys)
            ?? (IsTop
                ? SameLastWord(last, Table.InDestination) is { } own ? $"destinations[].{own}" : null
                : SameLastWord(last, Table.AtTop) is { } top ? $"{top}, which belongs at the top, outside of destinations" : null);
    }

    public static string? SameLastWord(string word, IReadOnlyDictionary<string, SettingKey> keys) =>
        keys.Keys.FirstOrDefault(path => DidYouMean.IsSameWord(path.Split('.')[^1], word));

    private static IEnumerable<string> WithParents(string path)
    {
        for (var end = path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = path.IndexOf('.', end + 1)) yield return path[..end];
        yield return path;
    }
}
