using MispGraphSync.Core.Domain;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class StatementTests : IDisposable
{
    private readonly TestRun _run = new();
    private readonly LedgerFile _ledger;

    public StatementTests() => _ledger = _run.OpenLedger();

    public void Dispose()
    {
        _ledger.Dispose();
        _run.Dispose();
    }

    [Fact]
    public void Values_are_read_as_they_were_bound()
    {
        var (guid, hash, time) = (Guid.NewGuid(), Hash128.Of("x"), Some.Now);
        var slice = new byte[] { 1, 2, 3, 4 }.AsMemory(1, 2);

        var read = _ledger.First(
            "SELECT ?, ?, ?, ?, ?, ?",
            row => (row.Long(0), row.Flag(1), row.Guid(2), row.Hash(3), row.Time(4), Convert.ToHexString(row.Blob(5))),
            long.MinValue, true, guid, hash, time, (ReadOnlyMemory<byte>)slice);

        Assert.Equal((long.MinValue, true, guid, hash, time, "0203"), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("ünï¢ödé \U0001F600")]
    public void Texts_of_any_length_are_kept(string text)
    {
        foreach (var times in (int[])[1, 60, 2_000])
        {
            var value = string.Concat(Enumerable.Repeat(text, times));
            Assert.Equal(value, _ledger.First("SELECT ?", row => row.Text(0), value));
        }
    }

    [Fact]
    public void Missing_values_are_null_and_empty_ones_are_not()
    {
        const string Count = "SELECT (?1 IS NULL) + (?2 IS NULL) + (?3 IS NULL) + (?4 IS NULL) + (?5 IS NULL)";

        Assert.Equal(5, _ledger.Scalar(Count, (string?)null, (Guid?)null, (Hash128?)null, (long?)null, (DateTimeOffset?)null));
        Assert.Equal(0, _ledger.Scalar(Count, "", Array.Empty<byte>(), ReadOnlyMemory<byte>.Empty, 0, false));
    }

    [Fact]
    public void First_gives_the_default_without_a_row_and_leaves_the_statement_ready()
    {
        for (var i = 0; i < 2; i++)
        {
            Assert.Null(_ledger.First("SELECT name FROM source WHERE name = ?", row => row.Text(0), "none"));
            Assert.Equal(0, _ledger.Scalar("SELECT id FROM source WHERE name = ?", "none"));
            Assert.False(_ledger.Any("SELECT 1 FROM source"));
        }
    }

    [Fact]
    public void Statement_is_ready_again_after_its_reader_failed()
    {
        _ledger.Write("INSERT INTO source (name) VALUES ('one'), ('two')");

        Assert.Throws<InvalidOperationException>(
            () => _ledger.All<string>("SELECT name FROM source ORDER BY name", _ => throw new InvalidOperationException()));

        Assert.Equal(["one", "two"], _ledger.All("SELECT name FROM source ORDER BY name", row => row.Text(0)));
    }
}
