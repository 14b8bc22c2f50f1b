using System.Diagnostics;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class RunLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-lock-").FullName;

    private string Ledger => Path.Combine(_folder, "real", "ledger.db");

    public RunLockTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "real"));
        using (LedgerFile.Open(Ledger, isDryRun: false)) { }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("file")]
    [InlineData("chain")]
    [InlineData("folder")]
    [InlineData("relative")]
    public async Task Symbolic_link_uses_the_same_lock_and_files(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows, only administrators can create symbolic links.");
        var link = LinkTo(kind);

        using (await TakeAsync(link))
        {
            Assert.Equal(RunOutcome.LockHeld, (await Assert.ThrowsAsync<RunFailedException>(() => TakeAsync(Ledger))).Outcome);
            Assert.Equal(Environment.ProcessId, RunLock.OwnerOf(Ledger)?.Process);
            Assert.Equal(Environment.ProcessId, RunLock.OwnerOf(link)?.Process);
        }

        using var taken = await TakeAsync(Ledger);
        Assert.Equal(RunOutcome.LockHeld, (await Assert.ThrowsAsync<RunFailedException>(() => TakeAsync(link))).Outcome);
        using var ledger = LedgerFile.Open(link, isDryRun: false);
        Assert.Equal(LedgerPath.Resolve(Ledger), ledger.Path);
    }

    [Fact]
    public async Task Hard_link_uses_the_same_lock()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs ln, and a lock on the file itself.");
        var link = Path.Combine(_folder, "other.db");
        using (var ln = Process.Start("ln", [Ledger, link])) await ln.WaitForExitAsync(TestContext.Current.CancellationToken);

        using (await TakeAsync(Ledger))
        {
            // SQLite closes its own descriptors of the file, which must not release the lock.
            using (LedgerFile.Open(Ledger, isDryRun: false)) { }
            Assert.Equal(RunOutcome.LockHeld, (await Assert.ThrowsAsync<RunFailedException>(() => TakeAsync(link))).Outcome);
        }

        using var taken = await TakeAsync(link);
        Assert.Equal(RunOutcome.LockHeld, (await Assert.ThrowsAsync<RunFailedException>(() => TakeAsync(Ledger))).Outcome);
    }

    [Fact]
    public async Task Lock_does_not_block_writes_to_the_ledger()
    {
        using var taken = await TakeAsync(Ledger);
        using var ledger = LedgerFile.Open(Ledger, isDryRun: false);
        ledger.InTransaction(() => ledger.Run("INSERT INTO source (name) VALUES ('misp')"));

        using var reader = LedgerFile.OpenToRead(Ledger);
        Assert.Equal(1, reader.Scalar("SELECT COUNT(*) FROM source"));
    }

    [Fact]
    public async Task Reading_the_lock_owner_never_blocks_a_run()
    {
        // With the note of a killed run, the lock itself is checked.
        await File.WriteAllTextAsync(Ledger + ".owner", """{"Host":"h","Process":1,"Started":"2026-01-01T00:00:00Z"}""",
            TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var looking = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested) _ = RunLock.OwnerOf(Ledger);
            },
            TestContext.Current.CancellationToken);

        for (var i = 0; i < 200; i++)
        {
            // A finished run deletes the note: write it again.
            using var taken = await TakeAsync(Ledger);
            await File.WriteAllTextAsync(Ledger + ".owner", """{"Host":"h","Process":1,"Started":"2026-01-01T00:00:00Z"}""",
                TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await looking;
    }

    [Fact]
    public void Link_loop_is_a_settings_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows, only administrators can create symbolic links.");
        var (one, two) = (Path.Combine(_folder, "one.db"), Path.Combine(_folder, "two.db"));
        File.CreateSymbolicLink(one, two);
        File.CreateSymbolicLink(two, one);

        Assert.Equal(RunOutcome.InvalidInput, Assert.Throws<RunFailedException>(() => LedgerPath.Resolve(one)).Outcome);
    }

    [Fact]
    public void Dangling_link_creates_the_ledger_at_its_target()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "On Windows, only administrators can create symbolic links.");
        var (link, target) = (Path.Combine(_folder, "link.db"), Path.Combine(_folder, "real", "new.db"));
        File.CreateSymbolicLink(link, target);

        using (LedgerFile.Open(link, isDryRun: false)) { }

        Assert.True(new FileInfo(target).Length > 0);
    }

    private string LinkTo(string kind)
    {
        var link = Path.Combine(_folder, "link.db");
        switch (kind)
        {
            case "file":
                File.CreateSymbolicLink(link, Ledger);
                return link;
            case "chain":
                File.CreateSymbolicLink(Path.Combine(_folder, "middle.db"), Ledger);
                File.CreateSymbolicLink(link, "middle.db");
                return link;
            case "relative":
                File.CreateSymbolicLink(link, Path.Combine("real", "ledger.db"));
                return link;
            default:
                Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), Path.Combine(_folder, "real"));
                return Path.Combine(_folder, "link", "ledger.db");
        }
    }

    private static Task<RunLock> TakeAsync(string ledger) =>
        RunLock.TakeAsync(ledger, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken);
}
