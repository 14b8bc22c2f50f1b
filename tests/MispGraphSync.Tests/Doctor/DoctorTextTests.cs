using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Doctor;

public sealed class DoctorTextTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() =>
        _run = await SandboxRun.StartAsync(new SandboxOptions { SampleEvents = true }, "graph", "sentinel", "defender");

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public async Task Lines_fit_the_terminal_width(int width)
    {
        _run.Width = width;
        _run.Change(settings => settings["ledger"] = "l.db");
        _run.Sandbox.EntraState.App.GraphRoles.Clear();
        _run.Sandbox.EntraState.App.DefenderRoles.Clear();

        var doctor = await _run.RunAsync("doctor");

        Assert.All(doctor.Out.Split('\n').Where(line => !line.Contains(_run.Folder, StringComparison.Ordinal)), line =>
            Assert.InRange(line.Length, 0, width));
        Assert.Contains("failed   graph roles", doctor.Out, StringComparison.Ordinal);
        Assert.Contains("-> Under the app's API permissions", doctor.Out, StringComparison.Ordinal);
        Assert.Contains("(exit 4).", doctor.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colours_follow_the_terminal_and_no_color()
    {
        var plain = await _run.RunAsync("doctor");
        _run.HasColor = true;
        var coloured = await _run.RunAsync("doctor");
        var unwanted = await _run.RunAsync("doctor", "--no-color");

        Assert.DoesNotContain('\e', plain.Out);
        Assert.Contains("\e[32mok", coloured.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', unwanted.Out);
    }

    [Fact]
    public async Task Hosts_to_allow_are_listed_with_ports()
    {
        var doctor = await _run.RunAsync("doctor");

        var hosts = doctor.Out[doctor.Out.IndexOf("to be allowed in a firewall or proxy:", StringComparison.Ordinal)..]
            .ReplaceLineEndings(" ");
        foreach (var uri in (Uri[])[_run.Sandbox.Misp, _run.Sandbox.Entra, _run.Sandbox.Graph, _run.Sandbox.Sentinel,
            _run.Sandbox.Management, _run.Sandbox.Defender])
            Assert.Contains($"{uri.Host}:{uri.Port}", hosts, StringComparison.Ordinal);
    }
}
