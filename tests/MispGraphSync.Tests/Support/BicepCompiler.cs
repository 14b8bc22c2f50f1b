using System.Text.Json;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>The Bicep compiler that CI restores (see the project file of the tests). It works without a network.</summary>
internal static class BicepCompiler
{
    private const string Package = "azure.bicep.commandline.linux-x64";

    /// <summary>What the compiler prints; it must print no warning. Skips the test where there is no compiler.</summary>
    public static async Task<string> CompileAsync(string folder, string verb, string file)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var place = Path.Combine(packages, Package);
        var compiler = Directory.Exists(place) ? Directory.GetFiles(place, "bicep", SearchOption.AllDirectories).FirstOrDefault() : null;
        Assert.SkipWhen(compiler is null, $"There is no Bicep compiler in {place}: `CI=true dotnet restore` fetches it.");

        var compiled = await ToolProcess.StartProgram(compiler, folder, [verb, file, "--stdout"]).EndAsync();

        Assert.Equal((0, ""), (compiled.Code, compiled.Error));
        return compiled.Out;
    }

    /// <inheritdoc cref="CompileAsync"/>
    public static async Task<JsonElement> CompileJsonAsync(string folder, string verb, string file) =>
        JsonDocument.Parse(await CompileAsync(folder, verb, file)).RootElement;
}
