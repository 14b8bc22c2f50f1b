using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>Migrates a ledger to two made-up later versions.</summary>
public sealed class MigrationTests : IDisposable
{
    private static readonly int Now = LedgerSchema.Current.Version;

    private const string First =
        """
        CREATE TABLE colour (observables BLOB PRIMARY KEY, name TEXT NOT NULL);
        INSERT INTO colour SELECT observables, hex(observables) FROM held;
        ALTER TABLE held ADD COLUMN weight INTEGER NOT NULL DEFAULT 7;
        """;

    private static readonly LedgerSchema Next = With(First, "UPDATE held SET weight = 8; DELETE FROM colour WHERE rowid % 2 = 0;");

    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Ledger_migrates_version_by_version_and_keeps_its_rows()
    {
        await FillAsync();

        using var ledger = LedgerFile.Open(_run.LedgerPath, isDryRun: false, Next);

        Assert.Equal((Now + 2, 300, 300 * 8, 150), State(ledger));
    }

    [Fact]
    public async Task Dry_run_migrates_nothing()
    {
        await FillAsync();

        using (var dry = LedgerFile.Open(_run.LedgerPath, isDryRun: true, Next)) Assert.Equal(Now + 2, dry.Scalar("PRAGMA user_version"));

        using var ledger = _run.OpenLedger();
        Assert.Equal((Now, 300), (ledger.Scalar("PRAGMA user_version"), ledger.Scalar("SELECT COUNT(*) FROM held")));
    }

    [Fact]
    public async Task Failed_script_leaves_the_previous_version()
    {
        await FillAsync();
        var broken = With(First, "DELETE FROM held; INSERT INTO nowhere VALUES (1);");

        Assert.ThrowsAny<Exception>(() => LedgerFile.Open(_run.LedgerPath, isDryRun: false, broken));

        using var ledger = LedgerFile.Open(_run.LedgerPath, isDryRun: false, With(First));
        Assert.Equal((Now + 1, 300, 300 * 7, 300), State(ledger));
    }

    [Fact]
    public async Task Killed_migration_leaves_one_whole_version_and_resumes_at_the_next_start()
    {
        await FillAsync();
        byte[] database, log;
        using (LedgerFile.Open(_run.LedgerPath, isDryRun: false, Next))
        {
            // While it is open, the whole migration is in the log: a cut at any point is what a kill or a power cut leaves.
            (database, log) = (await ReadAsync(_run.LedgerPath), await ReadAsync(_run.LedgerPath + "-wal"));
        }

        var folder = Directory.CreateTempSubdirectory("misp-graph-").FullName;
        var versions = new HashSet<long>();
        var random = new Random(1);
        for (var cut = 0L; cut <= log.Length; cut = cut == log.Length ? cut + 1 : Math.Min(log.Length, cut + random.Next(1, 16_000)))
        {
            var path = Path.Combine(folder, $"{cut}.db");
            await File.WriteAllBytesAsync(path, database, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(path + "-wal", log[..(int)cut], TestContext.Current.CancellationToken);

            versions.Add(VersionOf(path));
            using var again = LedgerFile.Open(path, isDryRun: false, Next);
            Assert.Equal((Now + 2, 300, 300 * 8, 150), State(again));
        }

        Assert.Equal([Now, Now + 1, Now + 2], versions.Order());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Every_released_version_migrates_to_the_newest()
    {
        for (var version = 1; version < LedgerSchema.Current.Version; version++)
        {
            var path = $"{_run.LedgerPath}.{version}";
            var schema = new LedgerSchema([.. Enumerable.Range(1, version).Select(LedgerSchema.Current.To)]);
            using (var old = LedgerFile.Open(path, isDryRun: false, schema))
            {
                old.Run("INSERT INTO source (name) VALUES ('misp')");
            }

            using var ledger = LedgerFile.Open(path, isDryRun: false);
            Assert.Equal(LedgerSchema.Current.Version, ledger.Scalar("PRAGMA user_version"));
            Assert.Equal(1, ledger.Scalar("SELECT COUNT(*) FROM source"));
            Assert.Null(new SourceLedger(ledger).OpenSource(new SourceInfo("misp", "misp")).OpenRead);
            Assert.Equal(0, ledger.Scalar("SELECT COUNT(*) FROM left_out"));
        }
    }

    [Fact]
    public void Over_capacity_indicators_of_version_1_are_planned_again()
    {
        using (var old = LedgerFile.Open(_run.LedgerPath, isDryRun: false, new LedgerSchema(LedgerSchema.Current.To(1))))
        {
            old.Run(
                """
                INSERT INTO destination
                    (kind, place, scope, name, form, fingerprint, takes_over, plans_everything, fingerprint_changed, look_again_at)
                VALUES ('defender', 'a', '', 'full', 0, '', 0, 0, 0, 1767225600000), ('defender', 'b', '', 'roomy', 0, '', 0, 0, 0, NULL)
                """);
        }

        using var ledger = LedgerFile.Open(_run.LedgerPath, isDryRun: false);
        Assert.Equal(1, ledger.Scalar("SELECT plans_everything FROM destination WHERE name = 'full'"));
        Assert.Equal(0, ledger.Scalar("SELECT plans_everything FROM destination WHERE name = 'roomy'"));
    }

    // The current versions, then these.
    private static LedgerSchema With(params string[] more) =>
        new([.. Enumerable.Range(1, LedgerSchema.Current.Version).Select(LedgerSchema.Current.To), .. more]);

    private async Task FillAsync()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 300));
        await _run.PushAsync();
    }

    // The version after the cut, found by the oldest schema that opens it; it must be complete.
    private static long VersionOf(string path)
    {
        LedgerSchema[] schemas = [With(), With(First), Next];
        foreach (var schema in schemas)
        {
            try
            {
                using var ledger = LedgerFile.Open(path, isDryRun: true, schema);
                var version = ledger.Scalar("PRAGMA user_version");
                Assert.Equal("ok", Integrity(ledger));
                Assert.Equal(300, ledger.Scalar("SELECT COUNT(*) FROM held"));
                var whole = version == Now + 1 ? (version, 300, 300 * 7, 300) : (version, 300, 300 * 8, 150);
                if (version > Now) Assert.Equal(whole, State(ledger));
                return version;
            }
            catch (RunFailedException newer) when (newer.Message.Contains("newer", StringComparison.Ordinal))
            {
                // Try the next version.
            }
        }

        throw new InvalidOperationException("It has no known version.");
    }

    private static (long Version, long Held, long Weight, long Colours) State(LedgerFile ledger) => (
        ledger.Scalar("PRAGMA user_version"), ledger.Scalar("SELECT COUNT(*) FROM held"), ledger.Scalar("SELECT SUM(weight) FROM held"),
        ledger.Scalar("SELECT COUNT(*) FROM colour"));

    private static string Integrity(LedgerFile ledger)
    {
        using var check = ledger.NewStatement("PRAGMA integrity_check");
        return check.Read() ? check.Text(0) : "";
    }

    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }
}
