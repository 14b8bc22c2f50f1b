using MispGraphSync.App;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

public sealed class PackageTests : IAsyncLifetime
{
    private static readonly (string, string)[] Quiet =
        [("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("MSBUILDDISABLENODEREUSE", "1")];

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Packed_tool_installs_offline_and_pushes()
    {
        var packages = Path.Combine(_run.Folder, "packages");
        // With a place of its own for all that is built: the tests run from the usual one.
        var packed = await DotnetAsync("pack", Path.Combine(ToolProcess.Root, "src", "MispGraphSync"), "-c", "Release", "--artifacts-path",
            Path.Combine(_run.Folder, "artifacts"), "-o", packages, "-p:NuGetAudit=false", "-p:RunAnalyzers=false",
            "-p:UseSharedCompilation=false");
        Assert.True(packed.Code == 0, packed.Out + packed.Error);
        var sources = Path.Combine(_run.Folder, "nuget.config");
        await File.WriteAllTextAsync(
            sources,
            $"""<configuration><packageSources><clear /><add key="here" value="{packages}" /></packageSources></configuration>""",
            TestContext.Current.CancellationToken);
        var tools = Path.Combine(_run.Folder, "tools");
        var installed = await DotnetAsync("tool", "install", "misp-graph", "--tool-path", tools, "--configfile", sources);
        Assert.True(installed.Code == 0, installed.Out + installed.Error);

        var version = await ToolAsync(tools, "--version");
        var push = await ToolAsync(tools, "push", "--json");
        var report = await ToolAsync(tools, "report");

        Assert.Equal(0, version.Code);
        Assert.StartsWith(typeof(Tool).Assembly.GetName().Version!.ToString(3), version.Out, StringComparison.Ordinal);
        Assert.True(push.Code == 0, push.Error);
        Assert.Equal(_run.Sandbox.GraphState.All().Count, push.Destination().GetProperty("held").GetInt64());
        Assert.True(report.Code == 0, report.Error);
        Assert.DoesNotContain(Directory.GetFiles(tools, "*", SearchOption.AllDirectories), file =>
            file.EndsWith("misp-graph.xml", StringComparison.Ordinal));
    }

    private Task<ToolResult> DotnetAsync(params string[] args) => ToolProcess.StartProgram("dotnet", _run.Folder, args, Quiet).EndAsync();

    // The tool's own starter looks for the runtime where it is usually installed; here it is the one that runs the tests.
    private Task<ToolResult> ToolAsync(string tools, params string[] args)
    {
        var program = Path.Combine(tools, OperatingSystem.IsWindows() ? "misp-graph.exe" : "misp-graph");
        return ToolProcess.StartProgram(program, _run.Folder, args, ("DOTNET_ROOT", ToolProcess.Runtime)).EndAsync();
    }
}
