using System.Text.Json;
using Xunit;

namespace MispGraphSync.Tests.Deploy;

/// <summary>The Azure Container Apps job, compiled by the Bicep compiler that CI restores (see the project file of the tests).</summary>
public sealed class AzureJobTests
{
    private const string Package = "azure.bicep.commandline.linux-x64";

    [Fact]
    public async Task Template_compiles_without_a_warning()
    {
        var template = await CompileAsync("build", "misp-graph.bicep");

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
        var compiled = await CompileAsync("build-params", "misp-graph.bicepparam");
        var parameters = JsonDocument.Parse(compiled.GetProperty("parametersJson").GetString()!);

        var settings = parameters.RootElement.GetProperty("parameters").GetProperty("settings").GetProperty("value").GetString();
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Folder, "config.json"), TestContext.Current.CancellationToken), settings);
    }

    private static string Folder => Path.Combine(ToolProcess.Root, "deploy", "azure");

    private static async Task<JsonElement> CompileAsync(string verb, string file)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.Combine(packages, Package);
        var compiler = Directory.Exists(folder) ? Directory.GetFiles(folder, "bicep", SearchOption.AllDirectories).FirstOrDefault() : null;
        Assert.SkipWhen(compiler is null, $"There is no Bicep compiler in {folder}: `CI=true dotnet restore` fetches it.");

        var compiled = await ToolProcess.StartProgram(compiler, Folder, [verb, file, "--stdout"]).EndAsync();

        Assert.Equal((0, ""), (compiled.Code, compiled.Error));
        return JsonDocument.Parse(compiled.Out).RootElement;
    }
}
