using System.Text.RegularExpressions;
using System.Xml.Linq;
using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>The files in deploy/ agree with the program, and with the rules of their systems as far as they can be checked here.</summary>
public sealed partial class DeployTests : IDisposable
{
    private static readonly XNamespace Schema = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-deploy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Systemd_accepts_the_units()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze on this machine.");
        // It also checks for the program, which is not installed here.
        var service = Path.Combine(_folder, "misp-graph.service");
        await File.WriteAllTextAsync(
            service, Program().Replace(Read("systemd/misp-graph.service"), "/bin/true"), TestContext.Current.CancellationToken);
        var timer = Path.Combine(_folder, "misp-graph.timer");
        File.Copy(At("systemd/misp-graph.timer"), timer);

        var verified = await ToolProcess.StartProgram("systemd-analyze", _folder, ["verify", service, timer]).EndAsync();

        Assert.Equal((0, ""), (verified.Code, verified.Error.Trim()));
    }

    [Fact]
    public void Unit_accepts_existing_transient_exit_codes()
    {
        var forgiven = Setting(Read("systemd/misp-graph.service"), "SuccessExitStatus").Split(' ').Select(int.Parse);

        Assert.Equal(
            [ExitCodes.Of(RunOutcome.OutOfTime), ExitCodes.Of(RunOutcome.LockHeld), ExitCodes.Of(RunOutcome.Interrupted)], forgiven);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(8, false)]
    [InlineData(11, false)]
    [InlineData(3, true)]
    [InlineData(5, true)]
    public async Task Cron_mails_only_runs_that_need_attention(int code, bool mails)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh here.");
        var line = Read("cron/misp-graph").Split('\n').Single(one => one.StartsWith("17 ", StringComparison.Ordinal));
        Assert.DoesNotContain('%', line);
        var program = Path.Combine(_folder, "misp-graph");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho said\nexit {code}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var command = string.Join(' ', line.Split(' ')[6..])
            .Replace("/var/lib/misp-graph", _folder, StringComparison.Ordinal)
            .Replace("/opt/misp-graph/misp-graph", program, StringComparison.Ordinal);

        var ran = await ToolProcess.StartProgram("sh", _folder, ["-c", command]).EndAsync();

        Assert.Equal((mails ? "said" : "", ""), (ran.Out.Trim(), ran.Error));
    }

    [Fact]
    public void Windows_task_is_well_formed_and_in_schema_order()
    {
        var task = XDocument.Load(At("windows/misp-graph.xml")).Root!;

        Assert.Equal(Schema + "Task", task.Name);
        Assert.Equal(
            ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"], task.Elements().Select(part => part.Name.LocalName));
        Assert.Equal("IgnoreNew", task.Element(Schema + "Settings")!.Element(Schema + "MultipleInstancesPolicy")!.Value);
        Assert.Equal("LeastPrivilege", task.Descendants(Schema + "RunLevel").Single().Value);
        Assert.Equal(task.Descendants(Schema + "Principal").Single().Attribute("id")!.Value,
            task.Element(Schema + "Actions")!.Attribute("Context")!.Value);
    }

    [Fact]
    public void Kubernetes_job_never_overlaps_and_runs_unprivileged_on_a_read_only_root()
    {
        var values = Yaml(Read("kubernetes/misp-graph.yaml"));
        var pod = "CronJob.spec.jobTemplate.spec.template.spec";

        Assert.Equal("Forbid", values["CronJob.spec.concurrencyPolicy"]);
        Assert.Equal("0", values["CronJob.spec.jobTemplate.spec.backoffLimit"]);
        Assert.Equal("Never", values[$"{pod}.restartPolicy"]);
        Assert.Equal("true", values[$"{pod}.securityContext.runAsNonRoot"]);
        Assert.Equal("true", values[$"{pod}.containers.securityContext.readOnlyRootFilesystem"]);
        Assert.Equal("false", values[$"{pod}.containers.securityContext.allowPrivilegeEscalation"]);
        Assert.Equal("[\"ALL\"]", values[$"{pod}.containers.securityContext.capabilities.drop"]);
        Assert.Equal("misp-graph", values["PersistentVolumeClaim.metadata.name"]);
        Assert.Contains(
            $"USER {values[$"{pod}.securityContext.runAsUser"]}:", File.ReadAllText(At("../Dockerfile")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deployment_variables_and_options_exist()
    {
        var texts = Directory.EnumerateFiles(At(""), "*", SearchOption.AllDirectories)
            .Append(At("../Dockerfile"))
            .Select(File.ReadAllText)
            .ToList();
        var variables = texts.SelectMany(text => Variable().Matches(text).Select(match => match.Value)).Distinct().ToList();
        var options = texts.SelectMany(text => Option().Matches(text))
            .SelectMany(match => match.Value.Split(' ', '"', ','))
            .Where(word => word.StartsWith('-'))
            .Distinct();
        using var output = new StringWriter();
        var host = new ToolHost
        {
            Out = output,
            Error = output,
            WorkingDirectory = _folder,
            Environment = variables.ToDictionary(name => name, _ => "file:/x")
        };

        await Tool.RunAsync(["config", "validate"], host);
        Assert.NotEmpty(variables);
        Assert.DoesNotContain("There is no such key", output.ToString(), StringComparison.Ordinal);
        await Tool.RunAsync(["push", "--help"], host);
        Assert.All(options, option =>
            Assert.Contains(option + " ", output.ToString().Replace(",", " ", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void Container_image_is_unprivileged_and_has_no_build_tools()
    {
        var file = File.ReadAllText(At("../Dockerfile"));
        var last = file[file.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];

        Assert.Contains("\nUSER 1654:1654\n", last, StringComparison.Ordinal);
        Assert.DoesNotContain("sdk", last, StringComparison.Ordinal);
        Assert.Contains("rm -f /program/*.dbg", file, StringComparison.Ordinal);
        Assert.Contains("ENTRYPOINT [\"/opt/misp-graph/misp-graph\"]", last, StringComparison.Ordinal);
    }

    // As much of YAML as the file uses: maps by indentation, items of lists without their numbers, documents by their kind.
    private static Dictionary<string, string> Yaml(string text)
    {
        var values = new Dictionary<string, string>();
        foreach (var document in text.Split("\n---\n"))
        {
            var kind = Kind().Match(document).Groups[1].Value;
            var path = new Stack<(int Depth, string Name)>();
            foreach (var line in document.Split('\n').Where(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#')))
            {
                Assert.DoesNotContain('\t', line);
                var content = line.TrimStart(' ', '-');
                var depth = line.Length - content.Length;
                Assert.True(depth % 2 == 0, line);
                while (path.Count > 0 && path.Peek().Depth >= depth) path.Pop();
                if (content.Split(':', 2) is not [var name, var value]) continue;
                path.Push((depth, name));
                if (value.Trim().Length > 0) values[$"{kind}.{string.Join('.', path.Reverse().Select(part => part.Name))}"] = value.Trim();
            }
        }

        return values;
    }

    private static string Setting(string unit, string name) => Regex.Match(unit, $"^{name}=(.*)$", RegexOptions.Multiline).Groups[1].Value;

    private static string Read(string file) => File.ReadAllText(At(file)).ReplaceLineEndings("\n");

    private static string At(string file) => Path.GetFullPath(Path.Combine(ToolProcess.Root, "deploy", file));

    [GeneratedRegex("/opt/misp-graph/misp-graph(?= )")]
    private static partial Regex Program();

    [GeneratedRegex("MISP_GRAPH__[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex("push[\" ,-].*")]
    private static partial Regex Option();

    [GeneratedRegex("^kind: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Kind();
}
