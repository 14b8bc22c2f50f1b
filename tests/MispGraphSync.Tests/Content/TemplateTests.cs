using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace MispGraphSync.Tests.Content;

/// <summary>One template deploys all files. It takes their texts when it is compiled, so that nothing is written twice by hand.</summary>
public sealed partial class TemplateTests
{
    private static readonly string Compiled = Path.Combine(KustoCheck.Content, "azuredeploy.json");

    private static string Template => File.ReadAllText(Path.Combine(KustoCheck.Content, "main.bicep"));

    [Fact]
    public async Task Template_compiles_without_a_warning_and_its_compiled_form_is_current()
    {
        var compiled = (await BicepCompiler.CompileAsync(KustoCheck.Content, "build", "main.bicep")).ReplaceLineEndings("\n");

        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
            await File.WriteAllTextAsync(Compiled, compiled, TestContext.Current.CancellationToken);
        Assert.Equal(compiled, (await File.ReadAllTextAsync(Compiled, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Template_deploys_every_file()
    {
        var files = Directory.EnumerateFiles(KustoCheck.Content, "*.yaml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(KustoCheck.Content, file).Replace('\\', '/')).ToList();

        Assert.Equal(9, files.Count);
        Assert.All(files.Append("workbook.json"), file => Assert.Contains($"Content('{file}')", Template, StringComparison.Ordinal));
    }

    [Fact]
    public void Template_knows_each_duration_and_operator_of_the_files()
    {
        var used = Directory.EnumerateFiles(KustoCheck.Content, "*.yaml", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).Select(line => Translated().Match(line)).Where(one => one.Success)
            .Select(one => one.Groups[1].Value);

        Assert.All(used.Distinct(), word => Assert.Matches($@"\b'?{word}'?: '", Template));
    }

    [Fact]
    public void Values_that_the_template_replaces_are_in_every_text()
    {
        var texts = JsonDocument.Parse(File.ReadAllText(Compiled)).RootElement.GetProperty("variables").EnumerateObject()
            .Where(one => one.Name.StartsWith("$fxv", StringComparison.Ordinal))
            .Select(one => one.Value.ValueKind == JsonValueKind.Object ? one.Value.GetProperty("query") : one.Value)
            .Select(text => text.GetString()!).ToList();

        Assert.Equal(10, texts.Count);
        Assert.Equal(9, texts.Count(text => text.Contains("let SourceName = \"misp-graph\"", StringComparison.Ordinal)));
        Assert.Equal(6, texts.Count(text => text.Contains("let MispUrl = \"\"", StringComparison.Ordinal)));
        Assert.Single(texts, text => text.Contains("\"value\": \"misp-graph\"", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\s*(?:queryFrequency|queryPeriod|suppressionDuration|lookbackDuration|triggerOperator): (\w+)$")]
    private static partial Regex Translated();
}
