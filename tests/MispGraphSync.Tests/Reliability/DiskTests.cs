using System.Diagnostics;
using MispGraphSync.Ledger;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>The whole tool with a full disk or without permission to write.</summary>
public sealed class DiskTests : IAsyncLifetime
{
    private const int Domains = 600;

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Unwritable_log_folder_ends_the_run_before_it_sends()
    {
        // A file in its way stops root too.
        await File.WriteAllTextAsync(Path.Combine(_run.Folder, "blocker"), "", TestContext.Current.CancellationToken);
        _run.Change(settings => settings["logs"] = new System.Text.Json.Nodes.JsonObject { ["directory"] = "blocker/logs" });

        var push = await _run.RunAsync("push");

        Assert.Equal(2, push.Code);
        Assert.Contains("logs.directory", push.Error, StringComparison.Ordinal);
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Graph));
    }

    [Theory]
    [InlineData("blocker/misp-graph.db")]
    [InlineData("folder")]
    [InlineData("/proc/misp-graph.db")]
    public async Task Ledger_that_cannot_be_created_exits_2_and_names_the_setting(string path)
    {
        Assert.SkipWhen(path.StartsWith("/proc", StringComparison.Ordinal) && !OperatingSystem.IsLinux(), "There is no /proc.");
        await File.WriteAllTextAsync(Path.Combine(_run.Folder, "blocker"), "", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_run.Folder, "folder"));
        _run.Change(settings => settings["ledger"] = path);

        var push = await _run.RunAsync("push", "--wait", "10m");

        Assert.True(push.Code == 2, $"{push.Code} {push.Error}");
        Assert.Contains("'ledger'", push.Error, StringComparison.Ordinal);
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Graph));
    }

    [Theory]
    [InlineData("ledger")]
    [InlineData("logs")]
    [InlineData("both")]
    public async Task Disk_full_during_sending_stops_before_unrecordable_requests_and_the_next_run_completes(string what)
    {
        using var disk = SmallDisk.Mount("4m");
        if (what is not "logs") _run.Change(settings => settings["ledger"] = Path.Combine(disk.Folder, "misp-graph.db"));
        if (what is not "ledger") _run.Change(settings =>
            settings["logs"] = new System.Text.Json.Nodes.JsonObject { ["directory"] = Path.Combine(disk.Folder, "logs") });
        var submits = 0;
        _run.Sandbox.Faults.Add(Service.Graph, new Fault.Slow(TimeSpan.Zero), when: request =>
        {
            if (IsSubmit(request) && Interlocked.Increment(ref submits) == 3) disk.Fill();
            return IsSubmit(request);
        });

        var full = await _run.RunAsync("push");

        Assert.True(full.Code == 5, $"{full.Code}\n{full.Out}\n{full.Error}");
        Assert.InRange(_run.Sandbox.GraphState.Count, 100, Domains);
        await CompleteAsync(disk.Empty);
    }

    [Fact]
    public async Task Disk_full_at_start_sends_nothing_and_is_reported()
    {
        using var disk = SmallDisk.Mount("4m");
        _run.Change(settings => (settings["ledger"], settings["logs"]) = (
            Path.Combine(disk.Folder, "misp-graph.db"),
            new System.Text.Json.Nodes.JsonObject { ["directory"] = Path.Combine(disk.Folder, "logs") }));
        disk.Fill();

        var full = await _run.RunAsync("push", "--wait", "10m");

        Assert.True(full.Code == 5, $"{full.Code}\n{full.Out}\n{full.Error}");
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Graph));
        await CompleteAsync(disk.Empty);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(90)]
    public async Task File_size_limit_stops_the_run_and_the_next_completes(int percent)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such limit.");

        // Each file may grow to this share of what the ledger comes to, and no longer.
        var kilobytes = await LedgerSizeAsync() * percent / 100 / 1024;
        var variables = new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" };
        using var process = ToolProcess.Start(_run.Folder, $"trap '' XFSZ; ulimit -f {kilobytes}", variables, "push");
        var full = await process.EndAsync();

        Assert.True(full.Code == 5, $"{full.Code}\n{full.Out}\n{full.Error}");
        await CompleteAsync(() => { });
    }

    private static async Task<SandboxRun> StartAsync()
    {
        var run = await SandboxRun.StartAsync(new SandboxOptions());
        for (var i = 0; i < Domains / 100; i++) run.Sandbox.MispState.AddEvent(SomeMisp.Event(i, domains: 100));
        return run;
    }

    // Bytes, after a push of the same events with room enough.
    private static async Task<long> LedgerSizeAsync()
    {
        await using var twin = await StartAsync();
        Assert.Equal(0, (await twin.RunAsync("push")).Code);
        return new FileInfo(Path.Combine(twin.Folder, "misp-graph.db")).Length;
    }

    private static bool IsSubmit(SeenRequest request) => request.Path.EndsWith("submitTiIndicators", StringComparison.Ordinal);

    private async Task CompleteAsync(Action makeRoom)
    {
        var ledger = _run.Setting("ledger") is { } path ? path : Path.Combine(_run.Folder, "misp-graph.db");
        makeRoom();
        using (var opened = LedgerFile.Open(ledger, isDryRun: false))
        {
            using var check = opened.NewStatement("PRAGMA integrity_check");
            Assert.True(check.Read());
            Assert.Equal("ok", check.Text(0));
        }

        var rest = await _run.RunAsync("push", "--json");

        Assert.True(rest.Code == 0, $"{rest.Code}\n{rest.Out}\n{rest.Error}");
        var all = _run.Sandbox.GraphState.All();
        Assert.Equal((Domains, Domains), (all.Count, all.Select(one => one.ExternalId).Distinct().Count()));
        var second = await _run.RunAsync("push", "--json");
        Assert.Equal(0, second.Destination().GetProperty("planned").GetProperty("create").GetInt64());
    }

    /// <summary>A file system in memory of a few megabytes; only root may make one, and not in every container.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private SmallDisk(string folder) => Folder = folder;

        public string Folder { get; }

        public static SmallDisk Mount(string size)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
                "Only root may mount a small disk; the other tests limit what a process may write.");
            var folder = Directory.CreateTempSubdirectory("misp-graph-disk-").FullName;
            var code = Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder);
            Assert.SkipUnless(code == 0, "No disk may be mounted here; the other tests limit what a process may write.");
            return new SmallDisk(folder);
        }

        /// <summary>Leaves no byte.</summary>
        public void Fill()
        {
            using var filler =
                new FileStream(Path.Combine(Folder, "filler"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            var block = new byte[4096];
            try
            {
                while (true) filler.Write(block);
            }
            catch (IOException)
            {
                // Full.
            }
        }

        public void Empty() => File.Delete(Path.Combine(Folder, "filler"));

        public void Dispose()
        {
            Run("umount", "-l", Folder);
            Directory.Delete(Folder);
        }

        private static int Run(string program, params string[] args)
        {
            using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
