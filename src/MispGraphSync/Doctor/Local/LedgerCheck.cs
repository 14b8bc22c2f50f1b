using MispGraphSync.Core.Sync;
using MispGraphSync.Ledger;

namespace MispGraphSync.Doctor.Local;

/// <summary>Whether the ledger can be read, or made, and written. Nothing in it is touched.</summary>
internal sealed class LedgerCheck(string path) : ICheck
{
    private const string Remedy = "Give the account that runs misp-graph write access there, or set ledger to another path.";

    public string Name => "ledger";

    public Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<Diagnosis>>([Look()]);

    private Diagnosis Look()
    {
        try
        {
            var folder = Path.GetDirectoryName(path)!;
            if (!File.Exists(path))
            {
                if (Directory.Exists(path)) return Diagnosis.Failed(ExitCode.Usage, $"The ledger {path} is a folder.", "Set ledger to the path of a file.");
                WritableFolder.Probe(folder);
                return Diagnosis.Ok($"{path} is made by the first push");
            }

            // SQLite puts two more files beside it while it works.
            WritableFolder.Probe(folder);
            using (File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)) { }
            using var ledger = LedgerFile.OpenToRead(path);
            var destinations = new DestinationRows(ledger).List().Count;
            return RunLock.OwnerOf(path) is { } owner
                ? Diagnosis.Ok($"{path}; a run is at work: process {owner.Process} on {owner.Host}")
                : Diagnosis.Ok($"{path}, knows {destinations} {(destinations == 1 ? "destination" : "destinations")}");
        }
        catch (RunFailedException failure)
        {
            return Diagnosis.Of(failure);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Diagnosis.Failed(ExitCode.Usage, $"The ledger {path} cannot be written: {fault.Message}", Remedy);
        }
    }
}
