using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class MemoryLedgerTests : IDisposable
{
    private readonly LedgerFile _ledger = LedgerFile.OpenInMemory();

    public void Dispose() => _ledger.Dispose();

    [Fact]
    public void Memory_ledger_has_no_file_and_no_temporary_file()
    {
        _ledger.Run("CREATE TEMP TABLE some AS SELECT randomblob(1000) AS bytes");

        Assert.All(_ledger.All("PRAGMA database_list", static row => row.TextOrNull(2) ?? ""), Assert.Empty);
        // 2: temporary tables, sorts and statement journals stay in memory.
        Assert.Equal(2, _ledger.Scalar("PRAGMA temp_store"));
        Assert.Equal("memory", _ledger.First("PRAGMA journal_mode", static row => row.TextOrNull(0)));
    }

    [Fact]
    public void Memory_ledger_has_the_current_schema_and_is_new()
    {
        Assert.True(_ledger.IsNew);
        Assert.Equal(LedgerSchema.Current.Version, _ledger.Scalar("PRAGMA user_version"));
        Assert.Equal(0, _ledger.Scalar("SELECT COUNT(*) FROM held"));
    }

    [Fact]
    public void Memory_ledger_rolls_a_failed_transaction_back()
    {
        var history = new RunHistory(_ledger);
        Assert.Throws<InvalidOperationException>(() => _ledger.InTransaction(() =>
        {
            history.Begin("push", DateTimeOffset.UnixEpoch);
            throw new InvalidOperationException();
        }));

        Assert.Equal(1, history.Begin("push", DateTimeOffset.UnixEpoch));
        Assert.Equal(1, _ledger.Scalar("SELECT COUNT(*) FROM run"));
    }

    [Fact]
    public void Two_memory_ledgers_share_nothing()
    {
        using var other = LedgerFile.OpenInMemory();

        new RunHistory(_ledger).Begin("push", DateTimeOffset.UnixEpoch);

        Assert.Equal(0, other.Scalar("SELECT COUNT(*) FROM run"));
    }
}
