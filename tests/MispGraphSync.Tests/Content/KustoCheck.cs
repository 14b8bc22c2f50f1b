using System.Text.Json.Nodes;
using Xunit;

namespace MispGraphSync.Tests.Content;

/// <summary>
/// Microsoft's language service for Kusto and a small engine over its syntax, both in <c>tests/kusto</c>: they parse, bind and run the
/// queries in <c>content/</c>. Node runs them; <c>.ci/run</c> installs them.
/// </summary>
internal static class KustoCheck
{
    private static readonly string Folder = Path.Combine(ToolProcess.Root, "tests", "kusto");

    public static string Content { get; } = Path.Combine(ToolProcess.Root, "content", "sentinel");

    /// <summary>Skips the test where the language service is not installed, except in CI.</summary>
    public static void SkipUnlessInstalled()
    {
        var isInstalled = Directory.Exists(Path.Combine(Folder, "node_modules", "@kusto"));
        Assert.SkipWhen(
            !isInstalled && Environment.GetEnvironmentVariable("CI") != "true",
            "Kusto's language service is not installed: run `npm ci` in tests/kusto.");
    }

    /// <summary>All files of the content, and the results of these runs.</summary>
    public static async Task<JsonObject> AskAsync(JsonArray runs)
    {
        var request = new JsonObject { ["folder"] = Content, ["runs"] = runs };
        using var node = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("node", "check.mjs")
            {
                WorkingDirectory = Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var output = node.StandardOutput.ReadToEndAsync();
        var error = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(request.ToJsonString());
        node.StandardInput.Close();
        await node.WaitForExitAsync();

        Assert.True(node.ExitCode == 0, await error);
        return JsonNode.Parse(await output)!.AsObject();
    }
}
