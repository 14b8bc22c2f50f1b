using System.Text.RegularExpressions;
using MispGraphSync.Sandbox;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Deploy;

/// <summary>
/// The layouts of the unit, the image and the Kubernetes job, by bubblewrap: a root that is read-only, no capabilities, the service's
/// account where the tests are root, and only the state, log and scratch folders writable.
/// </summary>
public sealed partial class RestrictedRunTests : IAsyncLifetime
{
    private const string Account = "1654";
    private const string Settings = "/etc/misp-graph";

    private static readonly string[] Parents = ["/etc", "/opt", "/run", "/run/secrets", "/var", "/var/lib", "/var/log"];

    private static readonly string[] ReadOnly = ["/etc/ssl", "/etc/pki", "/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf"];

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync(options: null, "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Unit_needs_only_its_state_and_log_folders_writable()
    {
        var unit = Read("deploy/systemd/misp-graph.service");
        Assert.Equal(("misp-graph", "misp-graph"), (Setting(unit, "StateDirectory"), Setting(unit, "LogsDirectory")));

        await RunAllAsync(
            [.. UnitVariable().Matches(unit).Select(one => (one.Groups[1].Value, one.Groups[2].Value))],
            ["/var/lib/misp-graph", "/var/log/misp-graph"], Settings, Setting(unit, "ExecStart").Split(' ')[1..]);
    }

    [Fact]
    public async Task Image_needs_only_its_volume_and_tmp_writable() =>
        await RunAllAsync(Image(), ["/var/lib/misp-graph"], Settings, ["push"]);

    [Fact]
    public async Task Kubernetes_job_needs_only_its_volume_and_tmp_writable()
    {
        var job = Read("deploy/kubernetes/misp-graph.yaml");
        var variables = JobVariable().Matches(job).Select(one => (one.Groups[1].Value, one.Groups[2].Value)).ToList();
        Assert.Equal(2, variables.Count);

        await RunAllAsync(
            [.. Image(), .. variables], ["/var/lib/misp-graph"], secrets: "/run/secrets/misp-graph",
            [.. Words().Matches(JobArguments().Match(job).Value).Select(one => one.Groups[1].Value)]);
    }

    // A push with one rejected indicator, then what an operator does by hand.
    private async Task RunAllAsync((string, string)[] variables, string[] writable, string secrets, string[] push)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bwrap"), "There is no bubblewrap on this machine.");
        await WriteFilesAsync(writable, secrets);
        var restrictions = Restrictions(variables, writable, secrets);
        Task<ToolResult> InsideAsync(params string[] args) =>
            ToolProcess.StartProgram("bwrap", _run.Folder, [.. restrictions, .. args]).EndAsync();
        var probe = await InsideAsync("/usr/bin/true");
        Assert.SkipUnless(probe.Code == 0, $"bubblewrap cannot work on this machine: {probe.Error}");
        _run.Sandbox.Faults.Add(Service.Defender, new Fault.Status(400), times: 100, when: request =>
            request.Body.Contains("parcel-desk.example", StringComparison.Ordinal));

        var pushed = await InsideAsync([.. Tool, .. push]);
        var read = await InsideAsync([.. Tool, "read", "--destination", "defender", "--output", "csv"]);
        var errors = await InsideAsync([.. Tool, "errors"]);
        var outside = await InsideAsync("/usr/bin/touch", "/etc/misp-graph/x", "/opt/misp-graph/x", "/x", "/usr/x");

        Assert.True(pushed.Code == 3, $"push ended with {pushed.Code}: {pushed.Out}{pushed.Error}");
        Assert.True(read.Code == 0, read.Error);
        Assert.Equal(_run.Sandbox.DefenderState.All().Count + 1, read.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.True(errors.Code == 0, errors.Error);
        Assert.Contains("parcel-desk.example", errors.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Below("/var/lib/misp-graph"), "misp-graph.db")));
        Assert.NotEmpty(Directory.GetFiles(Below(""), "*_error_400.json", SearchOption.AllDirectories));
        Assert.Equal(4, outside.Error.Split("Read-only file system").Length - 1);
    }

    private async Task WriteFilesAsync(string[] writable, string secrets)
    {
        ToolProcess.CopyTo(Below("program"));
        ServerSettings.Write(_run, Below("etc"), seenAs: "/etc/misp-graph", settings =>
        {
            if (secrets == Settings) return;
            settings["misp"]!.AsObject().Remove("key");
            settings["auth"]!.AsObject().Remove("clientSecret");
        });
        if (secrets != Settings)
        {
            Directory.CreateDirectory(Below("secrets"));
            foreach (var file in (string[])["misp-key", "client-secret"])
                File.Move(Path.Combine(Below("etc"), file), Path.Combine(Below("secrets"), file));
            await PermitAsync(Below("secrets"), $"root:{Account}", "u=rX,g=rX,o=");
        }

        await PermitAsync(Below("etc"), $"root:{Account}", "u=rwX,g=rX,o=");
        foreach (var folder in writable)
        {
            Directory.CreateDirectory(Below(folder));
            await PermitAsync(Below(folder), $"{Account}:{Account}", "u=rwX,g=,o=");
        }
    }

    private static string[] Tool => ToolProcess.IsNative
        ? ["/opt/misp-graph/misp-graph"]
        : ["/opt/dotnet/dotnet", "/opt/misp-graph/misp-graph.dll"];

    private string[] Restrictions((string Name, string Value)[] variables, string[] writable, string secrets) =>
    [
        "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--die-with-parent", "--new-session", "--clearenv", "--tmpfs", "/",
        .. new DirectoryInfo("/").EnumerateDirectories()
            .Where(folder => folder.Name is "usr" or "bin" or "sbin" || folder.Name.StartsWith("lib", StringComparison.Ordinal))
            .SelectMany(folder => folder.LinkTarget is { } target
                ? new[] { "--symlink", target, folder.FullName }
                : ["--ro-bind", folder.FullName, folder.FullName]),
        "--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp",
        .. Parents.SelectMany(folder => new[] { "--perms", "0755", "--dir", folder }),
        .. ReadOnly.SelectMany(path => new[] { "--ro-bind-try", path, path }),
        "--ro-bind", Below("program"), "/opt/misp-graph", "--ro-bind", ToolProcess.Runtime, "/opt/dotnet",
        "--ro-bind", Below("etc"), Settings,
        .. secrets == Settings ? (string[])[] : ["--ro-bind", Below("secrets"), secrets],
        .. writable.SelectMany(folder => new[] { "--bind", Below(folder), folder }),
        "--remount-ro", "/", "--chdir", "/var/lib/misp-graph",
        .. variables.SelectMany(one => new[] { "--setenv", one.Name, one.Value }),
        .. !IsRoot ? (string[])[] :
        [
            "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP", "/usr/bin/setpriv", $"--reuid={Account}",
            $"--regid={Account}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs",
        ],
    ];

    private static (string, string)[] Image() =>
        [.. ImageVariable().Matches(Read("Dockerfile")).Select(one => (one.Groups[1].Value, one.Groups[2].Value))];

    private string Below(string folder) => Path.Combine(_run.Folder, "layout", folder.TrimStart('/'));

    // Without root, all files belong to the account that runs the tests.
    private static async Task PermitAsync(string folder, string owner, string mode)
    {
        if (!IsRoot) return;
        var done = await ToolProcess.StartProgram(
            "sh", folder, ["-c", "chown -R \"$1\" . && chmod -R \"$2\" .", "sh", owner, mode]).EndAsync();
        Assert.True(done.Code == 0, done.Error);
    }

    private static bool IsRoot => FileFacts.Ourselves == 0;

    private static string Setting(string unit, string name) => Regex.Match(unit, $"^{name}=(.*)$", RegexOptions.Multiline).Groups[1].Value;

    private static string Read(string file) => File.ReadAllText(Path.Combine(ToolProcess.Root, file)).ReplaceLineEndings("\n");

    [GeneratedRegex("^Environment=([A-Z_]+)=(.*)$", RegexOptions.Multiline)]
    private static partial Regex UnitVariable();

    [GeneratedRegex(@"^(?:ENV|   ) ([A-Z_]+)=(\S+)", RegexOptions.Multiline)]
    private static partial Regex ImageVariable();

    [GeneratedRegex(@"- name: (MISP_GRAPH__\w+)\n\s+value: (\S+)")]
    private static partial Regex JobVariable();

    [GeneratedRegex(@"args: \[.*\]")]
    private static partial Regex JobArguments();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Words();
}
