using Microsoft.Data.Sqlite;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class ApplicationIdTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("CREATE TABLE held (a); INSERT INTO held VALUES (1);")]
    [InlineData("CREATE TABLE note (a); PRAGMA user_version = 3;")]
    [InlineData("CREATE TABLE note (a); PRAGMA application_id = 12345; PRAGMA user_version = 3;")]
    [InlineData("PRAGMA application_id = 12345;")]
    [InlineData("PRAGMA journal_mode = WAL; CREATE TABLE note (a); PRAGMA wal_checkpoint;")]
    public void Foreign_database_is_refused_and_not_written(string script)
    {
        Make(script);
        var before = Files();

        Refuse(() => LedgerFile.Open(_run.LedgerPath, isDryRun: false));
        Refuse(() => LedgerFile.Open(_run.LedgerPath, isDryRun: true));
        Refuse(() => LedgerFile.OpenToRead(_run.LedgerPath));

        Assert.Equal(before, Files());
    }

    [Fact]
    public async Task Ledger_tables_without_a_known_version_are_refused()
    {
        await FillAsync();
        Change("PRAGMA application_id = 0; PRAGMA user_version = 0;");

        Refuse(() => LedgerFile.Open(_run.LedgerPath, isDryRun: false));
    }

    [Fact]
    public async Task Ledger_without_the_application_id_is_accepted_and_gets_it()
    {
        await FillAsync();
        Change("PRAGMA application_id = 0;");

        using (var dry = LedgerFile.Open(_run.LedgerPath, isDryRun: true)) Assert.Equal(1, dry.Scalar("SELECT COUNT(*) FROM held"));
        using (var read = LedgerFile.OpenToRead(_run.LedgerPath)) Assert.Equal(0, read.Scalar("PRAGMA application_id"));
        using var ledger = _run.OpenLedger();

        Assert.Equal((LedgerSchema.ApplicationId, 1), (ledger.Scalar("PRAGMA application_id"), ledger.Scalar("SELECT COUNT(*) FROM held")));
    }

    [Fact]
    public void Ledger_of_an_earlier_version_gets_the_application_id()
    {
        using (LedgerFile.Open(_run.LedgerPath, isDryRun: false,
            new LedgerSchema(LedgerSchema.Current.To(1), LedgerSchema.Current.To(2)))) { }

        using var ledger = _run.OpenLedger();

        Assert.Equal(LedgerSchema.ApplicationId, ledger.Scalar("PRAGMA application_id"));
    }

    [Theory]
    [InlineData("PRAGMA journal_mode = WAL;")]
    [InlineData("VACUUM;")]
    public void Empty_database_becomes_a_ledger(string script)
    {
        Make(script);

        using var ledger = _run.OpenLedger();

        Assert.Equal(LedgerSchema.ApplicationId, ledger.Scalar("PRAGMA application_id"));
    }

    [Fact]
    public async Task Ledger_still_in_its_write_ahead_log_is_accepted()
    {
        using var open = _run.OpenLedger();
        var copy = $"{_run.LedgerPath}.copy";
        await CopyAsync(_run.LedgerPath, copy);
        await CopyAsync(_run.LedgerPath + "-wal", copy + "-wal");

        using var ledger = LedgerFile.Open(copy, isDryRun: false);

        Assert.Equal(LedgerSchema.Current.Version, ledger.Scalar("PRAGMA user_version"));
    }

    private async Task FillAsync()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
    }

    private static void Refuse(Action open)
    {
        var refusal = Assert.Throws<RunFailedException>(open);
        Assert.Equal(RunOutcome.InvalidInput, refusal.Outcome);
        Assert.Contains("another program", refusal.Message, StringComparison.Ordinal);
    }

    private void Make(string script)
    {
        using var connection = new SqliteConnection($"Data Source={_run.LedgerPath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = script;
        command.ExecuteNonQuery();
    }

    private void Change(string script)
    {
        Make(script);
        // All in one file, as after a clean end.
        Make("PRAGMA wal_checkpoint(TRUNCATE);");
    }

    private Dictionary<string, string> Files() => Directory.GetFiles(Path.GetDirectoryName(_run.LedgerPath)!)
        .ToDictionary(file => file, file => $"{File.GetLastWriteTimeUtc(file):O} {Convert.ToHexString(File.ReadAllBytes(file))}");

    private static async Task CopyAsync(string from, string to)
    {
        await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        await using var target = File.Create(to);
        await source.CopyToAsync(target, TestContext.Current.CancellationToken);
    }
}
