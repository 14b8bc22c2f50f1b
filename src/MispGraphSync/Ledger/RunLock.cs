using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Ledger;

/// <summary>
/// One run at a time works on a ledger. The system holds the lock and drops it when the process ends, however it ends; a note
/// beside it says who has it.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>As long as <see cref="OwnerOf"/> can take.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(40);

    private const int Glances = 3;

    private readonly FileStream _held;
    private readonly IDisposable?[] _bytes;
    private readonly string _note;

    private RunLock(FileStream held, IDisposable?[] bytes, string note)
    {
        _held = held;
        _bytes = bytes;
        _note = note;
    }

    /// <summary>Takes the lock, or waits for it as long as told, or throws <see cref="RunOutcome.LockHeld"/> naming who has it.</summary>
    /// <exception cref="OperationCanceledException">Told to end while waiting.</exception>
    /// <param name="ledger">The ledger's file.</param>
    /// <param name="wait">Zero: not at all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="waiting">Told once, with who has it, before the wait begins.</param>
    public static async Task<RunLock> TakeAsync(string ledger, TimeSpan wait, TimeProvider time, CancellationToken ct, Action<string>? waiting = null)
    {
        ledger = LedgerPath.Resolve(ledger);
        var started = time.GetTimestamp();
        // Where a look at the lock takes it for an instant, that is no reason to fail.
        for (var i = 0; i < Glances && !OperatingSystem.IsLinux(); i++)
        {
            if (TryTake(ledger, time) is { } taken) return taken;
            await Task.Delay(Glance, ct).ConfigureAwait(false);
        }

        while (true)
        {
            if (TryTake(ledger, time) is { } taken) return taken;
            if (time.GetElapsedTime(started) >= wait) throw Busy(ledger);
            waiting?.Invoke(Who(ledger));
            waiting = null;
            await Task.Delay(Look, time, ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Who works on the ledger now; null for nobody. A note that a killed run left is recognised by the lock, which is free.
    /// </summary>
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
        catch (IOException fault) when (fault is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return owner;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
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
            // Without the lock beside it the note says nothing.
        }

        foreach (var locked in _bytes) locked?.Dispose();
        _held.Dispose();
    }

    private static RunLock? TryTake(string ledger, TimeProvider time)
    {
        FileStream held;
        try
        {
            if (Path.GetDirectoryName(ledger) is { Length: > 0 } folder) PrivateFile.CreateFolder(folder);
            held = PrivateFile.Open(ledger + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (IOException fault) when (DiskFault.IsHeldByOther(fault))
        {
            return null;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RunFailedException(
                DiskFault.IsFull(fault) ? RunOutcome.Unreachable : RunOutcome.InvalidInput, $"The lock '{ledger}.lock' cannot be made: {fault.Message}", "Look at the setting 'ledger', at the folder's permissions and at the room on its disk.");
        }

        IDisposable? shown = null;
        IDisposable? itself;
        try
        {
            shown = ByteLock.Take(ledger + ".lock");
            // By another name the same ledger has another lock file.
            itself = ByteLock.Take(ledger);
        }
        catch (IOException)
        {
            shown?.Dispose();
            held.Dispose();
            return null;
        }

        var note = ledger + ".owner";
        try
        {
            var owner = new LockOwner(Environment.MachineName, Environment.ProcessId, time.GetUtcNow());
            PrivateFile.Replace(note, overwrite: true, file => file.Write(JsonSerializer.Serialize(owner, LockJson.Default.LockOwner)));
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            // The note is a courtesy; the lock is what counts.
        }

        return new RunLock(held, [shown, itself], note);
    }

    private static string Who(string ledger)
    {
        var who = ReadNote(ledger) is { } owner ? $"by process {owner.Process} on {owner.Host}, started {owner.Started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "by another process";
        return $"Another run is at work on '{ledger}', {who}.";
    }

    private static RunFailedException Busy(string ledger) => new(
        RunOutcome.LockHeld, Who(ledger), "Wait for it, or give --wait 10m to wait here. If that process is gone, the lock is too: run again.");

    // Null also for half a note: it is a courtesy.
    private static LockOwner? ReadNote(string ledger)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(ledger + ".owner"), LockJson.Default.LockOwner);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

internal sealed record LockOwner(string Host, int Process, DateTimeOffset Started);

[JsonSerializable(typeof(LockOwner))]
internal sealed partial class LockJson : JsonSerializerContext;
