using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Ledger;

/// <summary>
/// One run at a time works on a ledger. The system holds the lock and drops it when the process ends, however it ends; a note
/// beside it says who has it.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly FileStream _held;
    private readonly string _note;

    private RunLock(FileStream held, string note)
    {
        _held = held;
        _note = note;
    }

    /// <summary>Takes the lock, or waits for it as long as told and not cancelled, or throws <see cref="ExitCode.Locked"/> naming who has it.</summary>
    public static async Task<RunLock> TakeAsync(string ledger, TimeSpan wait, TimeProvider time, CancellationToken ct)
    {
        var until = time.GetUtcNow() + wait;
        while (true)
        {
            if (TryTake(ledger, time) is { } taken) return taken;
            if (time.GetUtcNow() >= until) throw Busy(ledger);
            if (ct.IsCancellationRequested) throw Busy(ledger);
            await Task.Delay(Look, time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        File.Delete(_note);
        _held.Dispose();
    }

    private static RunLock? TryTake(string ledger, TimeProvider time)
    {
        FileStream held;
        try
        {
            if (Path.GetDirectoryName(ledger) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            held = OwnerOnly.Open(ledger + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite);
        }
        catch (IOException fault) when (fault is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or IOException)
        {
            throw new RunFailedException(ExitCode.Usage, $"The lock '{ledger}.lock' cannot be made: {fault.Message}", "Look at the setting 'ledger' and at the folder's permissions.");
        }

        var note = ledger + ".owner";
        var owner = new LockOwner(Environment.MachineName, Environment.ProcessId, time.GetUtcNow());
        OwnerOnly.WriteText(note, JsonSerializer.Serialize(owner, LockJson.Default.LockOwner));
        return new RunLock(held, note);
    }

    private static RunFailedException Busy(string ledger)
    {
        var who = "by another process";
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllText(ledger + ".owner"), LockJson.Default.LockOwner) is { } owner)
            {
                who = $"by process {owner.Process} on {owner.Host}, started {owner.Started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            // The note is a courtesy; the lock is what counts.
        }

        return new RunFailedException(ExitCode.Locked, $"Another run is at work on '{ledger}', {who}.", "Wait for it, or give --wait 10m to wait here. If that process is gone, the lock is too: run again.");
    }
}

internal sealed record LockOwner(string Host, int Process, DateTimeOffset Started);

[JsonSerializable(typeof(LockOwner))]
internal sealed partial class LockJson : JsonSerializerContext;
