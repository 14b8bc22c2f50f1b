using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Settings;

public class ConfigCommandTests
{
    private const string Secret = "lIteral~Secret-0123456789-0123456789-abcd";

    [Fact]
    public void Validate_exits_with_2_on_any_fault()
    {
        using var folder = new SettingsFolder("{ \"actoin\": 1 }");

        var (code, output, _) = ConfigRun.Run(folder, ["config", "validate"]);

        Assert.Equal(2, code);
        Assert.Contains("Did you mean action?", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_prints_the_values_and_then_the_faults()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(""" "action": "blok" """));
        var output = new StringWriter();

        var failure = Assert.Throws<RunFailedException>(() => ConfigRun.Run(folder, ["config", "show"], output: output));

        Assert.Contains("Did you mean \"block\"?", failure.Message, StringComparison.Ordinal);
        Assert.Contains("destinations.graph.kind", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Import_writes_to_the_named_file()
    {
        using var folder = new SettingsFolder();
        folder.Write("config.py", $"misp_key = '{Secret}'");

        var (code, output, talk) = ConfigRun.Run(folder, ["config", "import", "config.py", "--to", "config.json"]);

        Assert.Equal(0, code);
        Assert.DoesNotContain(Secret, output + talk, StringComparison.Ordinal);
        Assert.Contains(Secret, File.ReadAllText(folder.File), StringComparison.Ordinal);
    }
}
