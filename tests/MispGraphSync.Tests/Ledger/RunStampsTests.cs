using MispGraphSync.App;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class RunStampsTests : IDisposable
{
    private static readonly DateTimeOffset Now = Some.Now;

    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-stamps-").FullName;

    private string Ledger => Path.Combine(_folder, "ledger.db");

    private string Logs => Path.Combine(_folder, "logs");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Consecutive_runs_have_no_mismatch()
    {
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(StampMismatchKind.None, Run()));
        Assert.Single(Directory.GetFiles(Logs));
    }

    [Fact]
    public void Ledger_from_before_the_last_run_is_older()
    {
        Run();
        BackUp("before");
        Run();
        Restore("before");

        Assert.Equal(StampMismatchKind.Older, Run());
        Assert.Equal(StampMismatchKind.None, Run());
    }

    [Fact]
    public void Ledger_from_the_middle_of_the_last_run_is_older()
    {
        Run();
        Run(beforeEnd: () => BackUp("middle"));
        Restore("middle");

        Assert.Equal(StampMismatchKind.Older, Run());
    }

    [Fact]
    public void Killed_run_is_no_mismatch()
    {
        Run();
        Run(isKilled: true);

        Assert.Equal(StampMismatchKind.None, Run());
    }

    [Fact]
    public void Run_killed_before_its_stamp_is_no_mismatch()
    {
        Run();
        Run(isKilled: true, writes: false);

        Assert.Equal(StampMismatchKind.None, Run());
    }

    [Fact]
    public void Emptied_log_folder_is_reported_once()
    {
        Run();
        Directory.Delete(Logs, recursive: true);

        Assert.Equal(StampMismatchKind.NoStamp, Run());
        Assert.Equal(StampMismatchKind.None, Run());
    }

    [Fact]
    public void Log_folder_that_is_never_kept_is_reported_as_never_stamped()
    {
        Run();
        Directory.Delete(Logs, recursive: true);
        Run();

        Directory.Delete(Logs, recursive: true);
        Assert.Equal(StampMismatchKind.NeverStamped, Run());
        Directory.Delete(Logs, recursive: true);
        Assert.Equal(StampMismatchKind.NeverStamped, Run());
        Assert.Equal(StampMismatchKind.None, Run());
    }

    [Fact]
    public void Copy_at_another_path_is_reported_once_even_with_its_log_folder()
    {
        Run();
        var copy = Path.Combine(_folder, "copy");
        Directory.CreateDirectory(copy);
        File.Copy(Ledger, Path.Combine(copy, "ledger.db"));

        Assert.Equal(StampMismatchKind.Moved, Run(Path.Combine(copy, "ledger.db")));
        Assert.Equal(StampMismatchKind.None, Run(Path.Combine(copy, "ledger.db")));
        // Both share a log folder, and the original does not know the copy's stamp.
        Assert.Equal(StampMismatchKind.Older, Run());
    }

    [Fact]
    public void Another_host_is_reported_once_and_alternating_hosts_are_not()
    {
        Run(host: "one");

        Assert.Equal(StampMismatchKind.Moved, Run(host: "two"));
        Assert.Equal(StampMismatchKind.None, Run(host: "one"));
        Assert.Equal(StampMismatchKind.None, Run(host: "two"));
    }

    [Fact]
    public void Two_hosts_with_separate_log_folders_may_alternate()
    {
        var (one, two) = (Path.Combine(_folder, "one"), Path.Combine(_folder, "two"));
        Run(host: "one", logs: one);
        Run(host: "two", logs: two);
        Run(host: "one", logs: one);

        Assert.Equal(StampMismatchKind.None, Run(host: "two", logs: two));
        Assert.Equal(StampMismatchKind.None, Run(host: "one", logs: one));
    }

    [Fact]
    public void Several_ledgers_share_a_log_folder()
    {
        var other = Path.Combine(_folder, "other.db");
        Run();
        Run(other);

        Assert.Equal((StampMismatchKind.None, StampMismatchKind.None), (Run(), Run(other)));
        Assert.Equal(2, Directory.GetFiles(Logs).Length);
    }

    [Fact]
    public void New_ledger_at_the_path_of_a_lost_one_is_a_mismatch_once()
    {
        Run();
        File.Delete(Ledger);

        Assert.Equal((StampMismatchKind.Lost, StampMismatchKind.None), (Run(), Run()));
        Assert.Single(Directory.GetFiles(Logs));
    }

    [Fact]
    public void Ledger_without_stamped_runs_is_no_mismatch()
    {
        using (var old = LedgerFile.Open(Ledger, isDryRun: false,
            new LedgerSchema(LedgerSchema.Current.To(1), LedgerSchema.Current.To(2))))
        {
            new RunHistory(old).Begin("push", Now);
        }

        Assert.Equal((StampMismatchKind.None, StampMismatchKind.None), (Run(), Run()));
    }

    [Fact]
    public void Backup_from_before_the_update_is_older()
    {
        using (var old = LedgerFile.Open(Ledger, isDryRun: false,
            new LedgerSchema(LedgerSchema.Current.To(1), LedgerSchema.Current.To(2))))
        {
            new RunHistory(old).Begin("push", Now);
        }

        BackUp("before");
        Run();
        Restore("before");

        Assert.Equal(StampMismatchKind.Older, Run());
    }

    [Fact]
    public void Unreadable_stamp_counts_as_missing()
    {
        Run();
        File.WriteAllText(Directory.GetFiles(Logs).Single(), "{");

        Assert.Equal(StampMismatchKind.NoStamp, Run());
    }

    [Fact]
    public void Retention_keeps_the_stamp()
    {
        Run();
        LogRetention.Tidy(new() { Directory = Logs, RetentionDays = 1 }, Now.AddYears(1));

        Assert.Equal(StampMismatchKind.None, Run());
    }

    [Fact]
    public void Containers_have_an_empty_host_name()
    {
        Assert.Equal("", RunStamps.HostName(new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = "192.0.2.1" }));
        Assert.Equal("", RunStamps.HostName(new Dictionary<string, string> { ["DOTNET_RUNNING_IN_CONTAINER"] = "true" }));
    }

    private StampMismatchKind Run(
        string? at = null, string host = "host", string? logs = null, bool isKilled = false, bool writes = true, Action? beforeEnd = null)
    {
        using var ledger = LedgerFile.Open(at ?? Ledger, isDryRun: false);
        var stamps = new RunStamps(ledger, logs ?? Logs, host);
        var history = new RunHistory(ledger);
        var mismatch = stamps.Check();
        Assert.Equal(mismatch.Kind == StampMismatchKind.None, mismatch.Message.Length == 0);
        var run = history.Begin("push", Now);
        stamps.Begin(run, mismatch);
        if (writes) stamps.WriteBegin(Now);
        beforeEnd?.Invoke();
        if (isKilled) return mismatch.Kind;
        history.End(run, "completed", 0, report: null, Now);
        stamps.WriteEnd(Now);
        return mismatch.Kind;
    }

    // Includes the write-ahead log, as a backup tool does.
    private void BackUp(string name)
    {
        foreach (var suffix in (string[])["", "-wal"])
        {
            if (File.Exists(Ledger + suffix)) File.Copy(Ledger + suffix, Path.Combine(_folder, name + suffix));
        }
    }

    private void Restore(string name)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(Ledger + suffix);
            if (File.Exists(Path.Combine(_folder, name + suffix))) File.Copy(Path.Combine(_folder, name + suffix), Ledger + suffix);
        }
    }
}
