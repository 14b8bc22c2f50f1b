using Xunit;

namespace MispGraphSync.Tests.Deploy;

/// <summary>The Debian package: built, installed, used, upgraded, removed and purged, in a root file system of its own.</summary>
public sealed class DebianPackageTests : IAsyncLifetime
{
    private const string Silent = "silent";
    private const string State = "ls -d /etc/misp-graph/config.json /etc/misp-graph/misp-key /var/lib/misp-graph/misp-graph.db";

    private SandboxRun _run = null!;

    private string Packages => Path.Combine(_run.Folder, "packages");

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync(options: null, "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Package_installs_runs_upgrades_and_only_a_purge_removes_state()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg-deb"), "There is no dpkg-deb on this machine.");
        ToolProcess.CopyTo(Path.Combine(_run.Folder, "program"));
        var (old, next) = (await BuildAsync("0.1.0"), await BuildAsync("0.2.0-rc.1"));
        ServerSettings.Write(_run, Packages, seenAs: "/mnt");

        (string Command, int Code, string Output)[] expected =
        [
            // A systemd that only takes notes: nothing here may depend on the one of the machine.
            ("mkdir -p /run/systemd/system && install -m 755 systemctl /usr/local/bin/systemctl", 0, ""),
            ($"dpkg -i {old}", 0, "misp-graph-admin doctor; systemctl enable --now misp-graph.timer"),
            ("stat -c '%U:%G %a %n' /etc/misp-graph /etc/misp-graph/config.json /var/lib/misp-graph /var/log/misp-graph", 0, """
                root:misp-graph 750 /etc/misp-graph
                root:misp-graph 640 /etc/misp-graph/config.json
                misp-graph:misp-graph 700 /var/lib/misp-graph
                misp-graph:misp-graph 700 /var/log/misp-graph
                """),
            ("misp-graph --version", 0, ""),
            ("misp-graph-admin config validate", 0, "misp.url still has the sample's placeholder"),
            ("install -m 640 -g misp-graph config.json misp-key client-secret /etc/misp-graph", 0, ""),
            ("misp-graph-admin doctor", 0, "0 warnings, 0 failed"),
            ("misp-graph-admin push", 0, "completed"),
            ("misp-graph-admin read --destination defender", 0, "parcel-desk.example"),
            ("misp-graph-admin verify --repair", 0, "No differences found."),
            ("setpriv --reuid=65534 --regid=65534 --clear-groups misp-graph-admin status", 2, "Run: sudo misp-graph-admin status"),
            ("misp-graph-admin config init", 2, "config init --config /etc/misp-graph/config.json"),
            ("find /var/lib/misp-graph /var/log/misp-graph ! -user misp-graph", 0, Silent),
            ($"dpkg -i {next}", 0, "Setting up misp-graph"),
            ("dpkg-query -W -f '${Version} ${Status}' misp-graph", 0, "0.2.0~rc.1 install ok installed"),
            ("cmp config.json /etc/misp-graph/config.json", 0, Silent),
            ("misp-graph-admin plan --detailed-exitcode", 0, ""),
            ("dpkg -r misp-graph", 0, "misp-graph-admin purge"),
            ("ls /usr/bin/misp-graph /usr/lib/misp-graph", 2, "No such file"),
            (State, 0, ""),
            ($"dpkg -i {next}", 0, ""),
            ("misp-graph-admin status", 0, "The last "),
            ("dpkg -P misp-graph", 0, ""),
            ("ls -d /etc/misp-graph /var/lib/misp-graph /var/log/misp-graph", 2, "No such file"),
            ("getent passwd misp-graph", 2, ""),
            ("cat /tmp/systemctl", 0, "disable --now misp-graph.timer"),
        ];
        var steps = await ScratchRoot.RunAsync(Packages, [.. expected.Select(one => one.Command)]);

        foreach (var (step, (command, code, output)) in steps.Zip(expected))
        {
            Assert.True(step.Code == code, $"`{command}` ended with {step.Code}: {step.Output}");
            if (output == Silent) Assert.Equal("", step.Output);
            else Assert.Contains(output, step.Output, StringComparison.Ordinal);
        }
    }

    private async Task<string> BuildAsync(string version)
    {
        Directory.CreateDirectory(Packages);
        var systemctl = Path.Combine(Packages, "systemctl");
        File.WriteAllText(systemctl, "#!/bin/sh\necho \"$@\" >> /tmp/systemctl\n");
        var built = await ToolProcess.StartProgram(
            Path.Combine(ToolProcess.Root, "deploy", "debian", "build"), _run.Folder,
            [version, ScratchRoot.DebianArchitecture, "program", "packages"]).EndAsync();
        Assert.True(built.Code == 0, built.Error);
        return $"misp-graph_{version.Replace('-', '~')}_{ScratchRoot.DebianArchitecture}.deb";
    }
}
