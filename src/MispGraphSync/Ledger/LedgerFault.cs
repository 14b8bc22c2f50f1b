using SQLitePCL;

namespace MispGraphSync.Ledger;

/// <summary>Maps SQLite's error codes to a message and a remedy.</summary>
internal static class LedgerFault
{
    public static Exception From(sqlite3 database, int code, string what)
    {
        var message = raw.sqlite3_errmsg(database).utf8_to_string();
        return (code & 0xFF) switch
        {
            raw.SQLITE_FULL => Failure(
                RunOutcome.Unreachable, "The disk is full: the ledger could not be written, so nothing more is sent.",
                "Free some space and run again; the ledger is as it was before the last request."),
            raw.SQLITE_NOMEM => Failure(
                RunOutcome.Unreachable, "There is not enough memory for the ledger, so nothing more is sent.",
                "Run with more memory. Without a ledger on disk a run needs more: set 'ledger' to a file."),
            raw.SQLITE_IOERR => Failure(
                RunOutcome.Unreachable, $"The ledger could not be read or written ({message}), so nothing more is sent.",
                "Check the disk and its quota, then run again."),
            // An error in a statement that the tests run is one in the schema.
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_CONSTRAINT or raw.SQLITE_MISMATCH or raw.SQLITE_ERROR
                or raw.SQLITE_TOOBIG or raw.SQLITE_FORMAT => Damaged(message),
            raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM => Failure(
                RunOutcome.InvalidInput, $"The ledger cannot be written ({message}).",
                "Give the account that runs misp-graph the right to write to the ledger's file and its folder."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Failure(
                RunOutcome.LockHeld, "Another program holds the ledger open for writing.", "Wait until it is done, then run again."),
            _ => new InvalidOperationException($"SQLite answered {code} ({message}) to: {what}"),
        };
    }

    /// <summary>A disk fault rolled back the dry run's transaction.</summary>
    public static RunFailedException DryRunLost() => Failure(
        RunOutcome.Unreachable, "The disk failed during the dry run: its results so far are lost.",
        "Free some space beside the ledger and where temporary files go, then run again; the ledger is as it was.");

    public static RunFailedException Damaged(string message) => Failure(
        RunOutcome.InvalidInput,
        $"The ledger is damaged ({message}). It is unchanged.",
        "Restore it from a backup, or move it away: the next push then takes over what the destinations hold.");

    /// <summary>What <see cref="BlobReader"/> throws when the bytes are not those that were written.</summary>
    public static bool IsDamage(Exception fault) =>
        fault is IndexOutOfRangeException or ArgumentException or FormatException or OverflowException;

    public static RunFailedException Damaged(string record, Exception fault) => Damaged($"{record} cannot be read: {fault.Message}");

    private static RunFailedException Failure(RunOutcome code, string message, string remedy) =>
        new(code, message, remedy) { IsOfLedger = true };
}
