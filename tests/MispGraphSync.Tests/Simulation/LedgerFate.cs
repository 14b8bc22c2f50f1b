namespace MispGraphSync.Tests.Simulation;

/// <summary>
/// A machine's ledger as a test knows it, to say whether a stamp can show that other ledgers were used since. Runs are numbered
/// in their order at the destination, whichever machine they are on.
/// </summary>
/// <param name="Lineage">Copies of one ledger have the same.</param>
/// <param name="Runs">The runs that it knows.</param>
/// <param name="Folders">The folders that it was used in.</param>
internal sealed record LedgerFate(int Lineage, HashSet<int> Runs, HashSet<string> Folders)
{
    /// <summary>It missed runs without a sign of it, and has not read everything since.</summary>
    public bool OwesFullRead { get; set; }

    public LedgerFate Copy() => new(Lineage, [.. Runs], [.. Folders]) { OwesFullRead = OwesFullRead };
}

/// <summary>A log folder, and the stamp that it has of each ledger: the last run of that ledger with this folder.</summary>
internal sealed class LogFolder(string path)
{
    private readonly Dictionary<int, (int Run, string Folder)> _stamps = [];

    public string Path => path;

    public void Write(LedgerFate ledger, int run, string folder)
    {
        foreach (var old in _stamps.Where(one => one.Key != ledger.Lineage && one.Value.Folder == folder).ToList()) _stamps.Remove(old.Key);
        _stamps[ledger.Lineage] = (run, folder);
    }

    /// <summary>The ledger does not know a run that the log folder knows.</summary>
    public bool Shows(LedgerFate ledger) => _stamps.TryGetValue(ledger.Lineage, out var stamp) && !ledger.Runs.Contains(stamp.Run);

    public LogFolder CopyTo(string folder)
    {
        var copy = new LogFolder(folder);
        copy.TakeAllOf(this);
        return copy;
    }

    /// <summary>Has the stamps of another folder in place of its own.</summary>
    public void TakeAllOf(LogFolder other)
    {
        Clear();
        Directory.CreateDirectory(path);
        foreach (var file in other.Files()) File.Copy(file, System.IO.Path.Combine(path, System.IO.Path.GetFileName(file)));
        foreach (var (lineage, stamp) in other._stamps) _stamps.Add(lineage, stamp);
    }

    public void Clear()
    {
        foreach (var file in Files()) File.Delete(file);
        _stamps.Clear();
    }

    private string[] Files() => Directory.Exists(path) ? Directory.GetFiles(path, "*.stamp") : [];
}
