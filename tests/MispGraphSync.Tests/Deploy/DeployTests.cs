using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MispGraphSync.App;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Deploy;

/// <summary>The files in deploy/ agree with the program, and with the rules of their systems as far as they can be checked here.</summary>
public sealed partial class DeployTests : IDisposable
{
    private const string Pod = "CronJob.spec.jobTemplate.spec.template.spec";

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip };

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
            .Replace("/usr/local/sbin/misp-graph-admin", program, StringComparison.Ordinal);

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

    [Theory]
    [InlineData("kubernetes/misp-graph.yaml")]
    [InlineData("kubernetes/misp-graph-workload-identity.yaml")]
    public void Kubernetes_job_never_overlaps_and_runs_unprivileged_on_a_read_only_root(string file)
    {
        var values = Yaml(Read(file));

        Assert.Equal("Forbid", values["CronJob.spec.concurrencyPolicy"]);
        Assert.Equal("0", values["CronJob.spec.jobTemplate.spec.backoffLimit"]);
        Assert.Equal("Never", values[$"{Pod}.restartPolicy"]);
        Assert.Equal("true", values[$"{Pod}.securityContext.runAsNonRoot"]);
        Assert.Equal("true", values[$"{Pod}.containers.securityContext.readOnlyRootFilesystem"]);
        Assert.Equal("false", values[$"{Pod}.containers.securityContext.allowPrivilegeEscalation"]);
        Assert.Equal("[\"ALL\"]", values[$"{Pod}.containers.securityContext.capabilities.drop"]);
        Assert.Equal("misp-graph", values["PersistentVolumeClaim.metadata.name"]);
        Assert.Contains(
            $"USER {values[$"{Pod}.securityContext.runAsUser"]}:", File.ReadAllText(At("../Dockerfile")), StringComparison.Ordinal);
    }

    [Fact]
    public void Workload_identity_job_has_the_account_the_label_and_no_client_secret()
    {
        var text = Read("kubernetes/misp-graph-workload-identity.yaml");
        var values = Yaml(text);

        Assert.Equal(values["ServiceAccount.metadata.name"], values[$"{Pod}.serviceAccountName"]);
        Assert.Contains("ServiceAccount.metadata.annotations.azure.workload.identity/client-id", values.Keys);
        Assert.Equal(
            "\"true\"", values["CronJob.spec.jobTemplate.spec.template.metadata.labels.azure.workload.identity/use"]);
        Assert.DoesNotContain("CLIENTSECRET", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubernetes/misp-graph.yaml")]
    [InlineData("kubernetes/misp-graph-workload-identity.yaml")]
    [InlineData("azure/misp-graph.bicep")]
    public async Task Variables_of_a_job_complete_settings_without_secrets(string file)
    {
        var settings = JsonNode.Parse(Read("azure/config.json"), documentOptions: Lenient)!;
        settings["misp"]!.AsObject().Remove("key");
        settings["auth"]!["clientId"] = "11111111-1111-4111-8111-111111111111";
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "config.json"), settings.ToJsonString(), TestContext.Current.CancellationToken);
        var variables = JobVariable().Matches(Read(file)).ToDictionary(
            one => one.Groups[1].Value,
            one => one.Groups[2].Value == "identity.properties.clientId" ? Guid.Empty.ToString() : one.Groups[2].Value.Trim('\''));
        if (file.StartsWith("azure", StringComparison.Ordinal)) variables["MISP_GRAPH__MISP__KEY"] = "env:MISP_KEY";
        using var output = new StringWriter();
        var host = new ToolHost { Out = output, Error = output, WorkingDirectory = _folder, Environment = variables };

        var code = await Tool.RunAsync(["config", "validate"], host);

        Assert.True(code == 0, output.ToString());
        Assert.Equal(2, variables.Keys.Count(name => name.StartsWith("MISP_GRAPH__", StringComparison.Ordinal)
            && name != "MISP_GRAPH__LEDGER"));
    }

    [Theory]
    [InlineData("azure/config.json")]
    [InlineData("debian/config.json")]
    public async Task Shipped_settings_are_valid(string file)
    {
        using var output = new StringWriter();
        var host = new ToolHost
        {
            Out = output,
            Error = output,
            WorkingDirectory = _folder,
            Environment = new Dictionary<string, string>
            {
                // As misp-graph.bicep does; a client secret besides would be one way to sign in too many.
                ["MISP_GRAPH__AUTH__MANAGEDIDENTITY"] = file.StartsWith("azure", StringComparison.Ordinal) ? "true" : "false",
            },
        };

        Assert.True(await Tool.RunAsync(["config", "validate", "--config", At(file)], host) == 0, output.ToString());
    }

    [Fact]
    public void Unit_and_command_by_hand_use_the_same_files()
    {
        var unit = Variables(Read("systemd/misp-graph.service"), "Environment=");

        Assert.Equal(4, unit.Count);
        Assert.Subset(Variables(Read("misp-graph-admin"), "").ToHashSet(), unit.ToHashSet());
        Assert.Contains("/usr/local/sbin/misp-graph-admin push", Read("cron/misp-graph"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_rates_the_unit_as_well_restricted()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "There is no systemd-analyze on this machine.");

        var rated = await ToolProcess.StartProgram("systemd-analyze", _folder,
            ["security", "--offline=true", "--threshold=15", "--no-pager", At("systemd/misp-graph.service")]).EndAsync();

        Assert.True(rated.Code == 0, rated.Out + rated.Error);
    }

    [Theory]
    [InlineData("x86_64", "linux-x64")]
    [InlineData("aarch64", "linux-arm64")]
    [InlineData("riscv64", "No build for riscv64.")]
    public async Task Image_is_built_for_the_architecture_that_it_is_built_on(string machine, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sh here.");
        var choice = Regex.Match(File.ReadAllText(At("../Dockerfile")), "case .* esac").Value;
        var script = $"uname() {{ echo {machine}; }}; {choice}; echo $rid";

        var ran = await ToolProcess.StartProgram("sh", _folder, ["-c", script]).EndAsync();

        Assert.Equal(expected, (ran.Out + ran.Error).Trim());
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
            .SelectMany(match => match.Value.Split(' ', '"', ',', '\''))
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

    private static List<(string, string)> Variables(string text, string before) =>
        [.. Regex.Matches(text, before + @"\b(HOME|XDG_CONFIG_HOME|MISP_GRAPH__\w+)=(\S+)")
            .Select(one => (one.Groups[1].Value, one.Groups[2].Value))];

    private static string Setting(string unit, string name) => Regex.Match(unit, $"^{name}=(.*)$", RegexOptions.Multiline).Groups[1].Value;

    private static string Read(string file) => File.ReadAllText(At(file)).ReplaceLineEndings("\n");

    private static string At(string file) => Path.GetFullPath(Path.Combine(ToolProcess.Root, "deploy", file));

    [GeneratedRegex("/opt/misp-graph/misp-graph(?= )")]
    private static partial Regex Program();

    [GeneratedRegex("MISP_GRAPH__[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex("push[\"' ,-].*")]
    private static partial Regex Option();

    // In YAML and in Bicep.
    [GeneratedRegex(@"name: '?(MISP_GRAPH__\w+)'?\n\s+value: (\S+)")]
    private static partial Regex JobVariable();

    [GeneratedRegex("^kind: (.*)$", RegexOptions.Multiline)]
    private static partial Regex Kind();
}
