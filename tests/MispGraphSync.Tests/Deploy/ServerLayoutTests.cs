using Xunit;

namespace MispGraphSync.Tests.Deploy;

/// <summary>The steps of the pages for a server without a package, line by line as they are written, as root.</summary>
public sealed class ServerLayoutTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    private string Work => Path.Combine(_run.Folder, "work");

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync(options: null, "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Steps_succeed_one_by_one_and_an_update_neither_nests_nor_deletes_state()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The steps are for Linux.");
        ServerSettings.Write(_run, Work, seenAs: "/mnt");
        foreach (var version in (string[])["0.1.0", "0.2.0"]) await ArchiveAsync(version);
        foreach (var name in (string[])["systemctl", "journalctl"])
            File.WriteAllText(Path.Combine(Work, name), "#!/bin/sh\necho \"$@\" >> /tmp/$(basename \"$0\")\n");
        var update = Lines("install.md", "Update or roll back");
        string[] steps =
        [
            "install -m 755 systemctl journalctl /usr/local/bin",
            "sha256sum *.tar.gz > SHA256SUMS",
            .. Lines("install.md", "Archive"),
            .. Lines("operations.md", "A server"),
            .. Lines("operations.md", "Commands by hand"),
            .. Lines("operations.md", "systemd"),
            .. Lines("operations.md", "cron"),
            .. update,
            // A second time, and with a folder in the place of the link.
            .. update,
        ];
        string[] checks =
        [
            "readlink /opt/misp-graph",
            "find /opt -maxdepth 2 -name 'misp-graph-0*' | sort",
            "misp-graph-admin status",
            "find /var/lib/misp-graph /var/log/misp-graph ! -user misp-graph",
            "find /opt/misp-graph/ /etc/misp-graph -name '*.db' -o -name logs",
            $"setpriv --reuid=misp-graph --regid=misp-graph --init-groups sh -c '{CronCommand()}'",
            "rm /opt/misp-graph && mkdir /opt/misp-graph",
            update.First(line => line.StartsWith("ln ", StringComparison.Ordinal)),
            "ls /opt/misp-graph",
        ];

        var ran = await ScratchRoot.RunAsync(Work, [.. steps, .. checks]);

        Assert.All(ran.Take(steps.Length), step => Assert.True(step.Code == 0, $"`{step.Command}` ended with {step.Code}: {step.Output}"));
        var found = ran.Skip(steps.Length).ToList();
        Assert.Equal("misp-graph-0.2.0-linux-x64\n", found[0].Output);
        Assert.Equal("/opt/misp-graph-0.1.0-linux-x64\n/opt/misp-graph-0.2.0-linux-x64\n", found[1].Output);
        Assert.Contains("The last ", found[2].Output, StringComparison.Ordinal);
        Assert.Equal(("", "", ""), (found[3].Output, found[4].Output, found[5].Output));
        Assert.Equal((1, ""), (found[7].Code, found[8].Output));
    }

    private static string CronCommand()
    {
        var table = File.ReadAllLines(Path.Combine(ToolProcess.Root, "deploy", "cron", "misp-graph"));
        return string.Join(' ', table.Single(line => line.StartsWith("17 ", StringComparison.Ordinal)).Split(' ')[6..]);
    }

    private static string[] Lines(string page, string heading)
    {
        var block = DocsConsoleTests.Under(page, heading);
        return [.. block.Split('\n').Select(DocsConsoleTests.WithoutComment).Where(line => line.Length > 0)];
    }

    // A release's archive, under the name that the pages use.
    private async Task ArchiveAsync(string version)
    {
        var name = $"misp-graph-{version}-linux-x64";
        ToolProcess.CopyTo(Path.Combine(Work, name));
        var script = $"cp -r \"$1\" {name} && tar -czf {name}.tar.gz {name} && rm -r {name}";
        var packed = await ToolProcess.StartProgram(
            "sh", Work, ["-c", script, "sh", Path.Combine(ToolProcess.Root, "deploy")]).EndAsync();
        Assert.True(packed.Code == 0, packed.Error);
    }
}
