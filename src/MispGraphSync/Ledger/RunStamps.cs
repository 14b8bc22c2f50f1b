using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MispGraphSync.Ledger;

/// <summary>
/// Detects a ledger that was lost, or may be an old copy, such as a restored backup. Each run writes a random stamp into the ledger
/// and into a file in the log folder, which a backup of the ledger does not restore. When the ledger does not know the file's
/// stamp, a later run used a later ledger.
/// </summary>
/// <param name="folder">The log folder.</param>
/// <param name="host">This machine's name; empty where names change from run to run, as in containers.</param>
internal sealed class RunStamps(LedgerFile ledger, string folder, string host)
{
    private static readonly StringComparison PathComparison = OperatingSystem.IsWindows()
        ? StringComparison.OrdinalIgnoreCase
        : StringComparison.Ordinal;

    private Stamp? _latest;

    public static string HostName(IReadOnlyDictionary<string, string> environment) =>
        environment.ContainsKey("KUBERNETES_SERVICE_HOST") || environment.ContainsKey("DOTNET_RUNNING_IN_CONTAINER")
        || File.Exists("/.dockerenv") || File.Exists("/run/.containerenv")
            ? "" : Environment.MachineName;

    /// <summary>Compares the ledger with the log folder. Call it before <see cref="Begin"/>.</summary>
    public StampMismatch Check()
    {
        lock (ledger.Gate)
        {
            var found = LedgerJson.Read(StampFile(), LedgerJson.Default.Stamp);
            var last = ledger.First(
                "SELECT host, path, found_stamp FROM run WHERE stamp IS NOT NULL ORDER BY id DESC LIMIT 1",
                static row => new LastRun(row.TextOrNull(0) ?? "", row.TextOrNull(1) ?? "", row.Flag(2)));
            if (last is null) return CheckUnstamped(found);
            if (found is null)
            {
                return last.FoundStamp
                    ? new StampMismatch(StampMismatchKind.NoStamp, NoStamp)
                    : new StampMismatch(StampMismatchKind.NeverStamped, NeverStamped);
            }

            if (!Knows(found)) return new StampMismatch(StampMismatchKind.Older, Older(found));
            return KnowsPath() ? StampMismatch.None : new StampMismatch(StampMismatchKind.Moved, Moved(last));
        }
    }

    /// <summary>Stamps the run, in the transaction that begins it. Call <see cref="WriteBegin"/> after the commit.</summary>
    public void Begin(long run, StampMismatch mismatch)
    {
        var stamp = new Guid(RandomNumberGenerator.GetBytes(16));
        _latest = new Stamp(run, stamp, HasEnded: false, host, ledger.Path, default);
        ledger.Run(
            "UPDATE run SET stamp = ?, found_stamp = ?, host = ?, path = ? WHERE id = ?", stamp,
            mismatch.Kind is not (StampMismatchKind.NoStamp or StampMismatchKind.NeverStamped), host, ledger.Path, run);
    }

    /// <summary>From now on a copy of the ledger from before this run is detected.</summary>
    /// <exception cref="RunFailedException">The log folder cannot be written.</exception>
    public void WriteBegin(DateTimeOffset now) => Write(_latest! with { At = now });

    /// <summary>From now on a copy from during this run is detected as well. A failure does not fail the run.</summary>
    public void WriteEnd(DateTimeOffset now)
    {
        var ended = _latest! with { At = now, HasEnded = true };
        if (!Knows(ended)) return;
        try
        {
            Write(ended);
        }
        catch (RunFailedException)
        {
            // The stamp of the beginning is there.
        }
    }

    private void Write(Stamp stamp)
    {
        var path = StampFile();
        try
        {
            Directory.CreateDirectory(folder);
            LedgerJson.Write(path, stamp, LedgerJson.Default.Stamp);
            // Stamps of earlier ledgers at this path.
            foreach (var (old, _) in All().Where(one => one.Path != path && IsHere(one.Stamp))) File.Delete(old);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                DiskFault.IsFull(fault) ? RunOutcome.Unreachable : RunOutcome.InvalidInput,
                $"The stamp of this run cannot be written to '{path}': {fault.Message}",
                "Without it a ledger restored from a backup would not be noticed. Check logs.directory and the free space on its disk.");
        }
    }

    // No run has a stamp: the ledger is new, or an earlier version used it last. A stamp of another ledger at this path is then of
    // a later ledger.
    private StampMismatch CheckUnstamped(Stamp? found)
    {
        found ??= All().Select(one => one.Stamp).FirstOrDefault(IsHere);
        if (found is null) return StampMismatch.None;
        return ledger.Any("SELECT 1 FROM run LIMIT 1")
            ? new StampMismatch(StampMismatchKind.Older, Older(found))
            : new StampMismatch(StampMismatchKind.Lost, Lost(found));
    }

    private bool Knows(Stamp found) =>
        ledger.Any("SELECT 1 FROM run WHERE id = ? AND stamp = ? AND (NOT ? OR ended IS NOT NULL)", found.Run, found.Value, found.HasEnded);

    private bool KnowsPath() => ledger.All(
        "SELECT DISTINCT path FROM run WHERE stamp IS NOT NULL AND host = ?", static row => row.TextOrNull(0), host)
        .Exists(path => string.Equals(path, ledger.Path, PathComparison));

    private string StampFile()
    {
        var identity = ledger.First("SELECT ledger FROM identity", static row => (Guid?)row.Guid(0))
            ?? throw LedgerFault.Damaged("it has no identity");
        return Path.Combine(folder, $"ledger-{identity:N}.stamp");
    }

    private IEnumerable<(string Path, Stamp Stamp)> All()
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(folder, "ledger-*.stamp");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var file in files)
        {
            if (LedgerJson.Read(file, LedgerJson.Default.Stamp) is { } stamp) yield return (file, stamp);
        }
    }

    private bool IsHere(Stamp stamp) => stamp.Host == host && string.Equals(stamp.Ledger, ledger.Path, PathComparison);

    private string Older(Stamp found) =>
        $"The ledger '{ledger.Path}' is older than the last run: the log folder '{folder}' knows run {found.Run} of "
        + $"{found.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC, the ledger does not. It was probably restored from a backup.";

    private string Lost(Stamp found) =>
        $"The ledger '{ledger.Path}' is new, but the log folder '{folder}' knows run {found.Run} of "
        + $"{found.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC: the earlier ledger was deleted or lost.";

    private string NoStamp =>
        $"The log folder '{folder}' has no stamp of the last run, so the ledger '{ledger.Path}' may not be the latest. "
        + "This is normal once after the log folder was emptied or moved.";

    private string NeverStamped =>
        $"The log folder '{folder}' is not kept from run to run: a ledger that was restored from a backup would not be noticed. "
        + "Set logs.directory to a folder that is kept.";

    private string Moved(LastRun last)
    {
        var (before, after) = last.Host == host ? ("", "") : ($" on '{last.Host}'", $" on '{host}'");
        return $"The ledger was last used at '{last.Path}'{before} and is now at '{ledger.Path}'{after}: "
            + "it may be a copy of one that is in use.";
    }

    private sealed record LastRun(string Host, string Path, bool FoundStamp);
}

/// <param name="Message">One or two sentences; empty for none.</param>
internal sealed record StampMismatch(StampMismatchKind Kind, string Message)
{
    public static StampMismatch None { get; } = new(StampMismatchKind.None, "");
}

internal enum StampMismatchKind
{
    None,

    /// <summary>The log folder never had an expected stamp, so a missing one means nothing.</summary>
    NeverStamped,

    NoStamp,

    /// <summary>Another path or host than in any earlier run.</summary>
    Moved,

    /// <summary>The log folder knows a later run.</summary>
    Older,

    /// <summary>The log folder knows a run at this path, and the ledger is new.</summary>
    Lost,
}

/// <summary>The content of a stamp's file.</summary>
/// <param name="HasEnded">The ledger had the run's end when this was written.</param>
internal sealed record Stamp(long Run, Guid Value, bool HasEnded, string Host, string Ledger, DateTimeOffset At);

/// <summary>The small files beside the ledger.</summary>
[JsonSerializable(typeof(Stamp))]
[JsonSerializable(typeof(LockOwner))]
internal sealed partial class LedgerJson : JsonSerializerContext
{
    /// <summary>Null when the file is missing or incomplete.</summary>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), type);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type) =>
        PrivateFile.Replace(path, overwrite: true, text => text.Write(JsonSerializer.Serialize(value, type)));
}
