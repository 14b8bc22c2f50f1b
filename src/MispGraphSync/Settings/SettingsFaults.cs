namespace MispGraphSync.Settings;

/// <summary>One thing that is wrong: where, at which key, and a sentence that says what is wrong and what would be right.</summary>
internal sealed record SettingsFault(SettingOrigin Where, string Key, string Text)
{
    public override string ToString() =>
        FaultText.OneLine(Where is SettingOrigin.Default ? $"{Key}: {Text}" : $"{Where.Place}: {Key}: {Text}");
}

/// <summary>Collects every fault, so that one run reports them all.</summary>
internal sealed class SettingsFaults
{
    private readonly List<SettingsFault> _faults = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>In the file's order; what has no line comes last.</summary>
    public IReadOnlyList<SettingsFault> All => [.. _faults.OrderBy(f => f.Where is SettingOrigin.File file ? file.Line : int.MaxValue)];

    public void Add(SettingOrigin where, string key, string text)
    {
        _faults.Add(new SettingsFault(where, key, text));
        _keys.Add(key);
    }

    /// <summary>Whether a key is already known to be wrong: then what follows from it needs no fault of its own.</summary>
    public bool Has(string key) => _keys.Contains(key);
}
