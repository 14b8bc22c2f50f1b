using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>The tool's files in folders that others made, own or may write to.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FilePermissionTests : IAsyncLifetime
{
    private const string Precious = "precious\n";
    private const UnixFileMode Everybody = (UnixFileMode)0b1_111_111_111;
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        _run = await SandboxRun.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null) await _run.DisposeAsync();
    }

    [Theory]
    [InlineData("push")]
    [InlineData("push --dry-run")]
    [InlineData("plan")]
    [InlineData("status")]
    [InlineData("doctor")]
    [InlineData("read")]
    [InlineData("verify --repair")]
    public async Task Existing_log_folder_keeps_its_mode(string verb)
    {
        Directory.CreateDirectory(_run.Logs);
        File.SetUnixFileMode(_run.Logs, Everybody);

        await _run.RunAsync(verb.Split(' '));

        Assert.Equal(Everybody, File.GetUnixFileMode(_run.Logs));
    }

    [Fact]
    public async Task Created_folders_are_private()
    {
        _run.Change(settings =>
        {
            settings["logs"] = new JsonObject { ["directory"] = "a/b/logs" };
            settings["ledger"] = "c/d/ledger.db";
        });

        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        string[] made = ["a/b/logs", "c/d"];
        Assert.All(made, folder =>
            Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_run.Folder, folder))));
    }

    [Fact]
    public async Task Existing_log_file_keeps_its_mode_and_a_new_one_is_private()
    {
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        var file = AppLogs().Single();
        Assert.Equal(Private, File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, Readable);

        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.Equal(Readable, File.GetUnixFileMode(file));
        Assert.Equal(2, File.ReadAllLines(file).Count(line => line.EndsWith("started: push", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("symbolic")]
    [InlineData("hard")]
    [InlineData("dangling")]
    public async Task Symbolic_link_in_place_of_our_file_is_not_followed(string kind)
    {
        var shared = Directory.CreateDirectory(Path.Combine(_run.Folder, "shared")).FullName;
        _run.Change(settings =>
        {
            settings["metrics"] = new JsonObject { ["textfile"] = Path.Combine(shared, "m.prom") };
            settings["ledger"] = Path.Combine(shared, "ledger.db");
            settings["logs"] = new JsonObject { ["directory"] = shared };
        });
        var today = TimeProvider.System.GetLocalNow().ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
        string[] names = ["m.prom", "m.prom.tmp", "ledger.db.owner", $"misp-graph-{today}.log"];
        var victims = names.Select(name => Plant(kind, Path.Combine(shared, name))).ToList();

        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.All(victims, victim =>
            Assert.Equal(kind == "dangling" ? null : Precious, File.Exists(victim) ? File.ReadAllText(victim) : null));
        Assert.All(victims.Where(File.Exists), victim => Assert.Equal(Readable, File.GetUnixFileMode(victim)));
        Assert.Contains("misp_graph_last_run_exit_code 0", File.ReadAllText(Path.Combine(shared, "m.prom")), StringComparison.Ordinal);
        Assert.Null(new FileInfo(Path.Combine(shared, "m.prom")).LinkTarget);
        Assert.Contains("Run 1 ended", File.ReadAllText(Path.Combine(shared, $"misp-graph-{today}_001.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_file_is_readable_by_all_and_writable_by_its_owner()
    {
        _run.Change(settings => settings["metrics"] = new JsonObject { ["textfile"] = "m.prom" });

        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.Equal(Readable, File.GetUnixFileMode(Path.Combine(_run.Folder, "m.prom")));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("other.txt")]
    public async Task Metrics_do_not_replace_a_foreign_file(string name)
    {
        var place = Path.Combine(_run.Folder, name);
        if (!File.Exists(place)) File.WriteAllText(place, Precious);
        _run.Change(settings => settings["metrics"] = new JsonObject { ["textfile"] = name });
        var before = File.ReadAllText(place);

        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);

        Assert.Equal(before, File.ReadAllText(place));
        var log = Directory.GetFiles(Path.Combine(_run.Folder, "logs"), "misp-graph-*.log").Single();
        Assert.Contains("metrics.textfile", File.ReadAllText(log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("report", "--to")]
    [InlineData("config", "init", "--from-env", "--force", "--config")]
    public async Task Result_file_replaces_a_symbolic_link_and_not_its_target(params string[] verb)
    {
        Assert.Equal(0, (await _run.RunAsync("push", "-q")).Code);
        _run.Environment["MISP_GRAPH__MISP__URL"] = "https://misp.example";
        var place = Path.Combine(_run.Folder, "place");
        var victim = Path.Combine(_run.Folder, "victim");
        File.WriteAllText(victim, verb[0] == "report" ? "" : Precious);
        File.CreateSymbolicLink(place, victim);

        var result = await _run.RunAsync([.. verb, place]);

        Assert.Equal(verb[0] == "report" ? "" : Precious, File.ReadAllText(victim));
        if (result.Code == 0) Assert.Null(new FileInfo(place).LinkTarget);
    }

    private string Plant(string kind, string name)
    {
        var victim = Path.Combine(_run.Folder, "victim-of-" + Path.GetFileName(name));
        if (kind != "dangling")
        {
            File.WriteAllText(victim, Precious);
            File.SetUnixFileMode(victim, Readable);
        }

        if (kind == "hard")
        {
            using var link = System.Diagnostics.Process.Start("ln", [victim, name]);
            link.WaitForExit();
            Assert.Equal(0, link.ExitCode);
        }
        else File.CreateSymbolicLink(name, victim);
        return victim;
    }

    private string[] AppLogs() => Directory.GetFiles(_run.Logs, "misp-graph-*.log");
}
