using System.Globalization;

namespace MispGraphSync.Settings;

/// <summary>
/// Puts <c>MISP_GRAPH__SECTION__KEY</c> variables over the file, and options over both. A destination, or one of several sources, is
/// addressed by its name or its index; one that the file does not have is added where its kind is given.
/// </summary>
internal sealed class OverrideLayers(GivenSettings given, SettingsFaults faults)
{
    public const string Prefix = "MISP_GRAPH__";

    /// <summary>The variable of a setting, by its path: <c>misp.url</c>, or <c>destinations.NAME.KEY</c>.</summary>
    public static string NameOf(string path) => Prefix
        + path.Replace("-", "_", StringComparison.Ordinal).Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>An empty variable counts as none.</summary>
    public void AddEnvironment(IReadOnlyDictionary<string, string> environment) => Add(environment
        .Where(v => v.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && v.Value.Length > 0)
        .OrderBy(v => v.Key, StringComparer.Ordinal)
        .Select(v => new Override(v.Key[Prefix.Length..].Split("__"), v.Value, SettingOrigin.Variable(v.Key))));

    /// <param name="options">Text by key: <c>guard.maxDelete</c>, <c>destinations.graph.enabled</c>.</param>
    public void AddOptions(IReadOnlyDictionary<string, string> options) =>
        Add(options.Select(o => new Override(o.Key.Split('.'), o.Value, SettingOrigin.Option(o.Key))));

    private void Add(IEnumerable<Override> all)
    {
        List<Override> every = [.. all];
        // MISP_GRAPH__MISP__URL is of the only source, unless there is a list, or variables make one.
        var hasSources = given.Sources.Count > 0
            || (!given.Top.Values.Keys.Any(given.Table.InSource.ContainsKey)
                && every.Exists(one => one.IsFor(FileLayer.Sources) && one.HasKey(given.Table.Kind.Path)));
        List<string> lists = hasSources ? [FileLayer.Destinations, FileLayer.Sources] : [FileLayer.Destinations];
        foreach (var one in every.Where(one => !lists.Exists(one.IsFor))) Set(given.Top, one, string.Join('.', one.Segments));
        foreach (var list in lists)
        {
            var byAddress = every.Where(one => one.IsFor(list))
                .GroupBy(one => one.Segments.ElementAtOrDefault(1)?.ToLowerInvariant() ?? "", StringComparer.Ordinal)
                .OrderBy(group => IndexOf(group.Key) ?? int.MaxValue)
                .ThenBy(group => group.Key, StringComparer.Ordinal);
            foreach (var group in byAddress) AddTo(list, group.Key, [.. group]);
        }
    }

    private List<GivenLevel> LevelsOf(string list) => list == FileLayer.Sources ? given.Sources : given.Destinations;

    private void AddTo(string list, string address, List<Override> overrides)
    {
        var level = Find(list, address) ?? (CanBeNew(list, address, overrides) ? New(list, address, overrides[0].Origin) : null);
        foreach (var one in overrides)
        {
            if (level is null) faults.Add(one.Origin, list, NoSuchLevel(list, address));
            else Set(level, one, level.Prefix + string.Join('.', one.Segments.Skip(2)));
        }
    }

    private GivenLevel? Find(string list, string address) => IndexOf(address) is { } index
        ? LevelsOf(list).ElementAtOrDefault(index)
        : LevelsOf(list).Find(one => one.Name is { } name && AsVariable(name) == AsVariable(address));

    /// <summary>The next index, or a name; its kind has to be given along with it.</summary>
    private bool CanBeNew(string list, string address, List<Override> overrides) =>
        address.Length > 0
        && (IndexOf(address) is not { } index || index == LevelsOf(list).Count)
        && overrides.Exists(one => one.HasKey(given.Table.Kind.Path));

    private GivenLevel New(string list, string address, SettingOrigin origin)
    {
        var level = list == FileLayer.Sources ? given.AddSource(origin) : given.AddDestination(origin);
        if (IndexOf(address) is null) level.Values[level.Prefix + Keys.Name.Path] = new SettingValue(address.Replace('_', '-'), origin);
        return level;
    }

    private string NoSuchLevel(string list, string address)
    {
        var word = list == FileLayer.Sources ? "source" : "destination";
        if (address.Length == 0) return $"After {list} go a {word}'s name (or index) and a key.";

        var names = LevelsOf(list).Select(one => one.Name).OfType<string>().ToList();
        var meant = DidYouMean.Nearest(address, names) is { } near ? $" Did you mean {near}?"
            : names.Count > 0 ? $" There are: {string.Join(", ", names)}."
            : "";
        return $"There is no {word} {SettingsFaults.Quote(address)}.{meant} To make one, give its kind as well.";
    }

    private void Set(GivenLevel level, Override one, string path)
    {
        var key = level.Keys.Values.FirstOrDefault(known => known.Path.Equals(path, StringComparison.OrdinalIgnoreCase));
        if (key is null)
        {
            faults.Add(one.Origin, level.LabelOf(path), one.IsVariable ? UnknownVariable(level, one, path) : level.UnknownKey(path));
            return;
        }

        var label = level.LabelOf(key.Path);
        if (one.IsVariable && level.Values.GetValueOrDefault(key.Path)?.Origin is { Kind: SettingOrigin.VariableKind } other)
            faults.Add(one.Origin, label, $"{other.Place} sets this key too; keep one of them.");
        level.Values[key.Path] = key.Type.FromText(one.Text, one.Origin, label, faults);
    }

    private static string UnknownVariable(GivenLevel level, Override one, string path)
    {
        var meant = DidYouMean.Nearest(path, level.Keys.Keys) ?? GivenLevel.SameLastWord(path, level.Keys);
        if (meant is null) return "There is no such key. Variables are written MISP_GRAPH__SECTION__KEY.";
        string[] segments = level.IsTop ? [.. meant.Split('.')] : [.. one.Segments.Take(2), .. meant[level.Prefix.Length..].Split('.')];
        return $"There is no such key. Did you mean {Prefix}{string.Join("__", segments).ToUpperInvariant()}?";
    }

    private static int? IndexOf(string address) =>
        int.TryParse(address, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    private static string AsVariable(string name) => name.Replace('-', '_').ToLowerInvariant();

    private sealed record Override(string[] Segments, string Text, SettingOrigin Origin)
    {
        public bool IsFor(string list) => Segments[0].Equals(list, StringComparison.OrdinalIgnoreCase);

        /// <summary>Whether it gives this key of something in a list.</summary>
        public bool HasKey(string key) => Segments is [_, _, var own] && own.Equals(key, StringComparison.OrdinalIgnoreCase);

        public bool IsVariable => Origin.Kind == SettingOrigin.VariableKind;

        /// <summary>Never the text, which may be a secret.</summary>
        public override string ToString() => Origin.Place;
    }
}
