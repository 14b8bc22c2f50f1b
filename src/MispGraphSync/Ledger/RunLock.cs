namespace MispGraphSync.Ledger;

/// <summary>
/// One run at a time uses a ledger. The system holds the lock and releases it when the process ends in any way; a note beside it
/// names the owner.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest duration of <see cref="OwnerOf"/>.</summary>
    private static readonly TimeSpan ProbeDuration = TimeSpan.FromMilliseconds(40);

    private const int ProbeRetries = 3;

    private readonly FileStream _held;
    private readonly IDisposable?[] _bytes;
    private readonly string _note;

    private RunLock(FileStream held, IDisposable?[] bytes, string note) => (_held, _bytes, _note) = (held, bytes, note);

    /// <summary>Takes the lock, waiting as long as <paramref name="wait"/>.</summary>
    /// <param name="waiting">Called once before the wait begins, with a sentence that names the owner.</param>
    /// <exception cref="RunFailedException"><see cref="RunOutcome.LockHeld"/>, naming the owner.</exception>
    public static async Task<RunLock> TakeAsync(
        string ledger, TimeSpan wait, TimeProvider time, CancellationToken ct, Action<string>? waiting = null)
    {
        ledger = LedgerPath.Resolve(ledger);
        var started = time.GetTimestamp();
        // Outside Linux, another process that calls OwnerOf holds the lock for a moment.
        for (var i = 0; i < ProbeRetries && !OperatingSystem.IsLinux(); i++)
        {
            if (TryTake(ledger, time) is { } taken) return taken;
            await Task.Delay(ProbeDuration, ct).ConfigureAwait(false);
        }

        while (true)
        {
            if (TryTake(ledger, time) is { } taken) return taken;
            if (time.GetElapsedTime(started) >= wait)
            {
                throw new RunFailedException(
                    RunOutcome.LockHeld, DescribeOwner(ledger),
                    "Wait for it, or add --wait 10m. If that process has ended, its lock has ended too: run again.");
            }

            waiting?.Invoke(DescribeOwner(ledger));
            waiting = null;
            await Task.Delay(RetryDelay, time, ct).ConfigureAwait(false);
        }
    }

    /// <summary>The process that uses the ledger now; null for none, also when a killed run left its note.</summary>
    public static LockOwner? OwnerOf(string ledger)
    {
        ledger = LedgerPath.Resolve(ledger);
        if (ReadNote(ledger) is not { } owner) return null;
        if (ByteLock.IsHeld(ledger + ".lock") is { } isHeld) return isHeld ? owner : null;
        try
        {
            using var probe = new FileStream(ledger + ".lock", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException ? null : owner;
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_note);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Without the lock the note means nothing.
        }

        foreach (var locked in _bytes) locked?.Dispose();
        _held.Dispose();
    }

    private static RunLock? TryTake(string ledger, TimeProvider time)
    {
        if (OpenLockFile(ledger + ".lock") is not { } held) return null;
        IDisposable? ofLockFile = null;
        IDisposable? ofLedger;
        try
        {
            ofLockFile = ByteLock.Take(ledger + ".lock");
            // Under another name, the same ledger has another lock file.
            ofLedger = ByteLock.Take(ledger);
        }
        catch (IOException)
        {
            ofLockFile?.Dispose();
            held.Dispose();
            return null;
        }

        var note = ledger + ".owner";
        try
        {
            var owner = new LockOwner(Environment.MachineName, Environment.ProcessId, time.GetUtcNow());
            LedgerJson.Write(note, owner, LedgerJson.Default.LockOwner);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            // The note is informational; only the lock matters.
        }

        return new RunLock(held, [ofLockFile, ofLedger], note);
    }

    // Null: another process holds it.
    private static FileStream? OpenLockFile(string path)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) PrivateFile.CreateFolder(folder);
            return PrivateFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (IOException fault) when (DiskFault.IsHeldByOther(fault))
        {
            return null;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RunFailedException(
                DiskFault.IsFull(fault) ? RunOutcome.Unreachable : RunOutcome.InvalidInput,
                $"The lock '{path}' cannot be created: {fault.Message}",
                "Check the folder's permissions and the free space on its disk. The setting 'ledger' says where it is; with \"none\", "
                + "'logs.directory' does.");
        }
    }

    private static string DescribeOwner(string ledger)
    {
        var owner = ReadNote(ledger) is { } known
            ? $": process {known.Process} on {known.Host}, started {known.Started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"
            : "";
        return $"Another run holds the lock '{ledger}.lock'{owner}.";
    }

    private static LockOwner? ReadNote(string ledger) => LedgerJson.Read(ledger + ".owner", LedgerJson.Default.LockOwner);
}

internal sealed record LockOwner(string Host, int Process, DateTimeOffset Started);
