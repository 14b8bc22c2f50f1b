using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Ledger;

/// <summary>
/// Notices a ledger that may be an old copy, such as one restored from a backup. Each run writes a random stamp into the ledger and
/// into a file in the log folder, which a backup of the ledger does not bring back. A stamp that the ledger does not know means
/// that a later run used a later ledger.
/// </summary>
/// <param name="ledger">The open ledger.</param>
/// <param name="folder">The log folder.</param>
/// <param name="host">This machine's name; empty where names change from run to run, as in containers.</param>
internal sealed class RunStamps(LedgerFile ledger, string folder, string host)
{
    private const string Ending = ".stamp";

    private static readonly StringComparison PathComparison = OperatingSystem.IsWindows()
        ? StringComparison.OrdinalIgnoreCase
        : StringComparison.Ordinal;

    private Stamp? _latest;

    /// <summary>The names of containers are made up for each run.</summary>
    public static string HostName(IReadOnlyDictionary<string, string> environment) =>
        environment.ContainsKey("KUBERNETES_SERVICE_HOST") || environment.ContainsKey("DOTNET_RUNNING_IN_CONTAINER")
        || File.Exists("/.dockerenv") || File.Exists("/run/.containerenv")
            ? "" : Environment.MachineName;

    /// <summary>What speaks against the ledger being the latest. To be asked before <see cref="Begin"/>.</summary>
    public StampMismatch Check()
    {
        lock (ledger.Gate)
        {
            var found = Find();
            if (LastRun() is not { } last) return Unstamped(found);
            if (found is null)
            {
                return last.FoundStamp ? new StampMismatch(StampMismatchKind.NoStamp, NoStamp) : new StampMismatch(StampMismatchKind.NeverStamped, Unkept);
            }
            if (!Knows(found)) return new StampMismatch(StampMismatchKind.Older, Older(found));
            return KnowsPlace() ? StampMismatch.None : new StampMismatch(StampMismatchKind.Moved, Moved(last));
        }
    }

    /// <summary>Stamps the run, in the transaction that begins it. <see cref="WriteBegin"/> follows when it is committed.</summary>
    public void Begin(long run, StampMismatch doubt)
    {
        var stamp = new Guid(RandomNumberGenerator.GetBytes(16));
        _latest = new Stamp(run, stamp, HasEnded: false, host, ledger.Path, default);
        ledger.Statement("UPDATE run SET stamp = ?, found_stamp = ?, host = ?, path = ? WHERE id = ?")
            .Bind(1, stamp).Bind(2, doubt.Kind is not (StampMismatchKind.NoStamp or StampMismatchKind.NeverStamped)).Bind(3, host).Bind(4, ledger.Path)
            .Bind(5, run).Run();
    }

    /// <summary>From now on a copy of the ledger from before this run is noticed.</summary>
    /// <exception cref="RunFailedException">The log folder cannot be written.</exception>
    public void WriteBegin(DateTimeOffset now) => Write(_latest! with { At = now });

    /// <summary>
    /// The same for a copy from during this run, where the ledger has its end. No reason to fail a run that has done its work.
    /// </summary>
    public void WriteEnd(DateTimeOffset now)
    {
        var ended = _latest! with { At = now, HasEnded = true };
        lock (ledger.Gate)
        {
            if (!Knows(ended)) return;
        }

        try
        {
            Write(ended);
        }
        catch (RunFailedException)
        {
            // The stamp of its beginning is there.
        }
    }

    private void Write(Stamp stamp)
    {
        var path = Path.Combine(folder, NameOf(Identity()));
        try
        {
            Directory.CreateDirectory(folder);
            PrivateFile.Replace(path, overwrite: true, text => text.Write(JsonSerializer.Serialize(stamp, StampJson.Default.Stamp)));
            // Those of ledgers that were at this place before.
            foreach (var (old, _) in All().Where(one => one.Path != path && IsHere(one.Stamp))) File.Delete(old);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                DiskFault.IsFull(fault) ? RunOutcome.Unreachable : RunOutcome.InvalidInput,
                $"The stamp of this run cannot be written to '{path}': {fault.Message}",
                "Without it a ledger restored from a backup would not be noticed. Look at logs.directory and at the room on its disk.");
        }
    }

    // No run of the ledger has a stamp: it is new, or was last used by an earlier version. Then a stamp of another ledger at this place
    // is of one that was here after it.
    private StampMismatch Unstamped(Stamp? found)
    {
        found ??= All().Select(one => one.Stamp).FirstOrDefault(IsHere);
        return found is not null && ledger.Scalar("SELECT COUNT(*) FROM run") > 0
            ? new StampMismatch(StampMismatchKind.Older, Older(found))
            : StampMismatch.None;
    }

    private bool Knows(Stamp found)
    {
        var query = ledger.Statement("SELECT stamp, ended FROM run WHERE id = ?").Bind(1, found.Run);
        var knows = query.Read() && !query.IsNull(0) && query.Guid(0) == found.Value && (!found.HasEnded || !query.IsNull(1));
        query.Reset();
        return knows;
    }

    private bool KnowsPlace()
    {
        var query = ledger.Statement("SELECT DISTINCT path FROM run WHERE stamp IS NOT NULL AND host = ?").Bind(1, host);
        var knows = false;
        while (query.Read()) knows |= string.Equals(query.TextOrNull(0), ledger.Path, PathComparison);
        return knows;
    }

    private (string Host, string Path, bool FoundStamp)? LastRun()
    {
        var query = ledger.Statement("SELECT host, path, found_stamp FROM run WHERE stamp IS NOT NULL ORDER BY id DESC LIMIT 1");
        (string, string, bool)? last = query.Read() ? (query.TextOrNull(0) ?? "", query.TextOrNull(1) ?? "", query.Flag(2)) : null;
        query.Reset();
        return last;
    }

    private Guid Identity()
    {
        lock (ledger.Gate)
        {
            var query = ledger.Statement("SELECT ledger FROM identity");
            var identity = query.Read() ? query.Guid(0) : throw LedgerFault.Damaged("it has no identity");
            query.Reset();
            return identity;
        }
    }

    private Stamp? Find() => Read(Path.Combine(folder, NameOf(Identity())));

    private IEnumerable<(string Path, Stamp Stamp)> All()
    {
        string[] files;
        try
        {
            files = Directory.GetFiles(folder, "ledger-*" + Ending);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            yield break;
        }

        foreach (var file in files)
        {
            if (Read(file) is { } stamp) yield return (file, stamp);
        }
    }

    private bool IsHere(Stamp stamp) => stamp.Host == host && string.Equals(stamp.Ledger, ledger.Path, PathComparison);

    private static string NameOf(Guid identity) => $"ledger-{identity:N}{Ending}";

    private static Stamp? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), StampJson.Default.Stamp);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private string Older(Stamp found) =>
        $"The ledger '{ledger.Path}' is older than the last run: the log folder '{folder}' knows run {found.Run} of "
        + $"{found.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC, "
        + "the ledger does not. It was probably restored from a backup.";

    private string NoStamp =>
        $"The log folder '{folder}' has no stamp of the last run, so it is not known whether the ledger '{ledger.Path}' is the latest. "
        + "This is normal once after the log folder was emptied or moved.";

    private string Unkept =>
        $"The log folder '{folder}' is not kept from run to run: a ledger that was restored from a backup would not be noticed. "
        + "Set logs.directory to a folder that is kept.";

    private string Moved((string Host, string Path, bool FoundStamp) last)
    {
        var (before, after) = last.Host == host ? ("", "") : ($" on '{last.Host}'", $" on '{host}'");
        return $"The ledger was last used at '{last.Path}'{before} and is now at '{ledger.Path}'{after}: "
            + "it may be a copy of one that is in use.";
    }
}

/// <param name="Message">One or two sentences; empty for none.</param>
internal sealed record StampMismatch(StampMismatchKind Kind, string Message)
{
    public static StampMismatch None { get; } = new(StampMismatchKind.None, "");
}

internal enum StampMismatchKind
{
    None,

    /// <summary>The log folder never had a stamp when one was expected, so its absence means nothing.</summary>
    NeverStamped,

    NoStamp,

    /// <summary>Another path or host than in any earlier run.</summary>
    Moved,

    /// <summary>The log folder knows a later run.</summary>
    Older,
}

/// <summary>The content of a stamp's file.</summary>
/// <param name="HasEnded">The ledger had the run's end when this was written.</param>
internal sealed record Stamp(long Run, Guid Value, bool HasEnded, string Host, string Ledger, DateTimeOffset At);

[JsonSerializable(typeof(Stamp))]
internal sealed partial class StampJson : JsonSerializerContext;
