using System.Text.Json;
using Xunit;

namespace MispGraphSync.Tests.Deploy;

/// <summary>The Azure Container Apps job, compiled by the Bicep compiler that CI restores.</summary>
public sealed class AzureJobTests
{
    [Fact]
    public async Task Template_compiles_without_a_warning()
    {
        var template = await BicepCompiler.CompileJsonAsync(Folder, "build", "misp-graph.bicep");

        var job = template.GetProperty("resources").EnumerateArray()
            .Single(one => one.GetProperty("type").ValueEquals("Microsoft.App/jobs"));
        var configuration = job.GetProperty("properties").GetProperty("configuration");
        Assert.Equal("Schedule", configuration.GetProperty("triggerType").GetString());
        Assert.Equal(0, configuration.GetProperty("replicaRetryLimit").GetInt32());
        // Two runs must not overlap: the schedule is hourly.
        Assert.InRange(configuration.GetProperty("replicaTimeout").GetInt32(), 50 * 60, 59 * 60);
        Assert.Equal("UserAssigned", job.GetProperty("identity").GetProperty("type").GetString());
        var secret = configuration.GetProperty("secrets")[0];
        Assert.Contains("{0}secrets/misp-key", secret.GetProperty("keyVaultUrl").GetString(), StringComparison.Ordinal);
        Assert.Equal("securestring", template.GetProperty("parameters").GetProperty("settings").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Parameters_compile_and_hold_the_settings_file()
    {
        var compiled = await BicepCompiler.CompileJsonAsync(Folder, "build-params", "misp-graph.bicepparam");
        var parameters = JsonDocument.Parse(compiled.GetProperty("parametersJson").GetString()!);

        var settings = parameters.RootElement.GetProperty("parameters").GetProperty("settings").GetProperty("value").GetString();
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Folder, "config.json"), TestContext.Current.CancellationToken), settings);
    }

    private static string Folder => Path.Combine(ToolProcess.Root, "deploy", "azure");
}
