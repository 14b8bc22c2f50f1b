using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>What a ledger and a log folder say of each other.</summary>
public sealed class RunStampsTests : IDisposable
{
    private static readonly DateTimeOffset Now = Some.Now;

    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-stamps-").FullName;

    private string Ledger => Path.Combine(_folder, "ledger.db");

    private string Logs => Path.Combine(_folder, "logs");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_after_run_there_is_no_doubt()
    {
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(DoubtKind.None, Run()));
        Assert.Single(Directory.GetFiles(Logs));
    }

    [Fact]
    public void A_ledger_from_before_the_last_run_is_older()
    {
        Run();
        Back("before");
        Run();
        Restore("before");

        Assert.Equal(DoubtKind.Older, Run());
        Assert.Equal(DoubtKind.None, Run());
    }

    [Fact]
    public void A_ledger_from_the_middle_of_the_last_run_is_older()
    {
        Run();
        Run(beforeEnd: () => Back("middle"));
        Restore("middle");

        Assert.Equal(DoubtKind.Older, Run());
    }

    [Fact]
    public void A_run_that_was_killed_casts_no_doubt()
    {
        Run();
        Run(isKilled: true);

        Assert.Equal(DoubtKind.None, Run());
    }

    [Fact]
    public void A_run_that_was_killed_before_it_wrote_its_stamp_casts_no_doubt()
    {
        Run();
        Run(isKilled: true, writes: false);

        Assert.Equal(DoubtKind.None, Run());
    }

    [Fact]
    public void A_log_folder_that_was_emptied_once_is_doubted_once()
    {
        Run();
        Directory.Delete(Logs, recursive: true);

        Assert.Equal(DoubtKind.NoStamp, Run());
        Assert.Equal(DoubtKind.None, Run());
    }

    [Fact]
    public void A_log_folder_that_is_never_kept_means_nothing()
    {
        Run();
        Directory.Delete(Logs, recursive: true);
        Run();

        Directory.Delete(Logs, recursive: true);
        Assert.Equal(DoubtKind.NeverStamped, Run());
        Directory.Delete(Logs, recursive: true);
        Assert.Equal(DoubtKind.NeverStamped, Run());
        Assert.Equal(DoubtKind.None, Run());
    }

    [Fact]
    public void A_copy_at_another_path_is_doubted_once_also_with_a_copy_of_the_log_folder()
    {
        Run();
        var copy = Path.Combine(_folder, "copy");
        Directory.CreateDirectory(copy);
        File.Copy(Ledger, Path.Combine(copy, "ledger.db"));

        Assert.Equal(DoubtKind.Moved, Run(Path.Combine(copy, "ledger.db")));
        Assert.Equal(DoubtKind.None, Run(Path.Combine(copy, "ledger.db")));
        // One log folder for both: the copy has left a stamp that the first does not know.
        Assert.Equal(DoubtKind.Older, Run());
    }

    [Fact]
    public void Another_host_is_doubted_once_and_two_that_take_turns_are_not()
    {
        Run(host: "one");

        Assert.Equal(DoubtKind.Moved, Run(host: "two"));
        Assert.Equal(DoubtKind.None, Run(host: "one"));
        Assert.Equal(DoubtKind.None, Run(host: "two"));
    }

    [Fact]
    public void Two_hosts_with_a_log_folder_each_may_take_turns()
    {
        var (one, two) = (Path.Combine(_folder, "one"), Path.Combine(_folder, "two"));
        Run(host: "one", logs: one);
        Run(host: "two", logs: two);
        Run(host: "one", logs: one);

        Assert.Equal(DoubtKind.None, Run(host: "two", logs: two));
        Assert.Equal(DoubtKind.None, Run(host: "one", logs: one));
    }

    [Fact]
    public void Several_ledgers_share_a_log_folder()
    {
        var other = Path.Combine(_folder, "other.db");
        Run();
        Run(other);

        Assert.Equal((DoubtKind.None, DoubtKind.None), (Run(), Run(other)));
        Assert.Equal(2, Directory.GetFiles(Logs).Length);
    }

    [Fact]
    public void A_new_ledger_at_the_place_of_a_lost_one_is_new_and_takes_over_its_place_in_the_log_folder()
    {
        Run();
        File.Delete(Ledger);

        Assert.Equal((DoubtKind.None, DoubtKind.None), (Run(), Run()));
        Assert.Single(Directory.GetFiles(Logs));
    }

    [Fact]
    public void A_ledger_that_no_run_of_this_version_used_is_not_doubted()
    {
        using (var old = LedgerFile.Open(Ledger, rollsBack: false,
            new LedgerSchema(LedgerSchema.Current.To(1), LedgerSchema.Current.To(2))))
        {
            new RunHistory(old).Begin("push", Now);
        }

        Assert.Equal((DoubtKind.None, DoubtKind.None), (Run(), Run()));
    }

    [Fact]
    public void A_backup_from_before_the_update_to_this_version_is_older()
    {
        using (var old = LedgerFile.Open(Ledger, rollsBack: false,
            new LedgerSchema(LedgerSchema.Current.To(1), LedgerSchema.Current.To(2))))
        {
            new RunHistory(old).Begin("push", Now);
        }

        Back("before");
        Run();
        Restore("before");

        Assert.Equal(DoubtKind.Older, Run());
    }

    [Fact]
    public void A_stamp_that_cannot_be_read_is_none()
    {
        Run();
        File.WriteAllText(Directory.GetFiles(Logs).Single(), "{");

        Assert.Equal(DoubtKind.NoStamp, Run());
    }

    [Fact]
    public void Retention_leaves_the_stamp()
    {
        Run();
        LogRetention.Tidy(new() { Directory = Logs, RetentionDays = 1 }, Now.AddYears(1));

        Assert.Equal(DoubtKind.None, Run());
    }

    [Fact]
    public void Containers_have_no_host_name_of_their_own()
    {
        Assert.Equal("", RunStamps.HostOf(new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = "192.0.2.1" }));
        Assert.Equal("", RunStamps.HostOf(new Dictionary<string, string> { ["DOTNET_RUNNING_IN_CONTAINER"] = "true" }));
    }

    private DoubtKind Run(
        string? at = null, string host = "host", string? logs = null, bool isKilled = false, bool writes = true, Action? beforeEnd = null)
    {
        using var ledger = LedgerFile.Open(at ?? Ledger, rollsBack: false);
        var stamps = new RunStamps(ledger, logs ?? Logs, host);
        var history = new RunHistory(ledger);
        var doubt = stamps.Check();
        Assert.Equal(doubt.Kind == DoubtKind.None, doubt.Message.Length == 0);
        var run = history.Begin("push", Now);
        stamps.Begin(run, doubt);
        if (writes) stamps.WriteBegin(Now);
        beforeEnd?.Invoke();
        if (isKilled) return doubt.Kind;
        history.End(run, "completed", Core.Sync.ExitCode.Ok, report: null, Now);
        stamps.WriteEnd(Now);
        return doubt.Kind;
    }

    // With its write-ahead log, as a backup tool copies it.
    private void Back(string name)
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
