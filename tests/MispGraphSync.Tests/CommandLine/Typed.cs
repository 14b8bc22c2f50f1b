using MispGraphSync.App;
using MispGraphSync.Commands;

namespace MispGraphSync.Tests.CommandLine;

/// <summary>The tool as somebody types it, without settings or network.</summary>
internal static class Typed
{
    public static async Task<ToolResult> AtAsync(string folder, int width, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Tool.RunAsync(args, new ToolHost
        {
            Out = output,
            Error = error,
            Environment = new Dictionary<string, string>(),
            WorkingDirectory = folder,
            Width = width
        });
        return new ToolResult(code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    public static Task<ToolResult> AsAsync(params string[] args) => AtAsync(Path.GetTempPath(), 80, args);

    /// <summary>Settings without a fault, with destinations of these names: of the kind that the name begins with, else defender.</summary>
    public static void WriteSettings(string file, params string[] names)
    {
        var destinations = names.Select(name => name.StartsWith("sentinel", StringComparison.Ordinal)
            ? $$"""{ "name": "{{name}}", "kind": "sentinel", "workspaceId": "11111111-1111-4111-8111-111111111111" }"""
            : $$"""{ "name": "{{name}}", "kind": "defender" }""");
        File.WriteAllText(file, $$"""
            {
              "misp": { "url": "https://misp.example", "key": "env:NOWHERE" },
              "auth": { "tenant": "contoso.example", "clientId": "11111111-1111-4111-8111-111111111111", "clientSecret": "env:NOWHERE" },
              "destinations": [ {{string.Join(", ", destinations)}} ]
            }
            """);
    }
}
