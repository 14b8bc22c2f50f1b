using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;

namespace MispGraphSync.Doctor.Local;

/// <summary>Whether the ledger can be read, or made, and written. Nothing in it is touched.</summary>
internal sealed class LedgerCheck(string path) : ICheck
{
    private const string Remedy = "Give the account that runs misp-graph write access there, or set ledger to another path.";

    public string Name => "ledger";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<CheckResult>>([Look()]);

    private CheckResult Look()
    {
        try
        {
            var folder = Path.GetDirectoryName(path)!;
            if (!File.Exists(path))
            {
                if (Directory.Exists(path)) return CheckResult.Failed(RunOutcome.InvalidInput, $"The ledger {path} is a folder.", "Set ledger to the path of a file.");
                WritableFolder.Probe(folder);
                return CheckResult.Ok($"{path} is made by the first push");
            }

            // SQLite puts two more files beside it while it works.
            WritableFolder.Probe(folder);
            using (File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)) { }
            using var ledger = LedgerFile.OpenToRead(path);
            var destinations = new DestinationRows(ledger).List().Count;
            return RunLock.OwnerOf(path) is { } owner
                ? CheckResult.Ok($"{path}; a run is at work: process {owner.Process} on {owner.Host}")
                : CheckResult.Ok($"{path}, knows {destinations} {(destinations == 1 ? "destination" : "destinations")}");
        }
        catch (RunFailedException failure)
        {
            return CheckResult.FromFailure(failure);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Failed(RunOutcome.InvalidInput, $"The ledger {path} cannot be written: {fault.Message}", Remedy);
        }
    }
}
