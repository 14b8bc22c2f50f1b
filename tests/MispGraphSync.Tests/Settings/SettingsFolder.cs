using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

/// <summary>A folder of its own with a config.json in it; gone at the end.</summary>
internal sealed class SettingsFolder : IDisposable
{
    public SettingsFolder(string? config = null)
    {
        Path = Directory.CreateTempSubdirectory("misp-graph-config-").FullName;
        if (config is not null) System.IO.File.WriteAllText(File, config);
        if (config is not null && !OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public string Path { get; }

    public string File => System.IO.Path.Combine(Path, "config.json");

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public SettingsInspection Read(params (string Name, string Value)[] variables) =>
        SettingsReader.Read(File, SomeSettings.Variables(variables), SomeSettings.Options);

    public SettingsInspection Inspect(params (string Name, string Value)[] variables) =>
        SettingsReader.Inspect(File, SomeSettings.Variables(variables), SomeSettings.Options);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Settings and variables to start from.</summary>
internal static class SomeSettings
{
    public static SettingsTable Table => Registration.Kinds.Table;

    public static ReaderOptions Options { get; } = new() { Table = Table };

    private const string Workspace = "\"workspaceId\": \"66666666-7777-8888-9999-000000000000\",";

    public static IReadOnlyDictionary<string, string> NoVariables { get; } = new Dictionary<string, string>();

    public static IReadOnlyDictionary<string, string> Variables(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(v => v.Name, v => v.Value);

    /// <summary>Complete settings; <paramref name="top"/> and <paramref name="own"/> are put in front of what closes each object.</summary>
    public static string Config(
        string top = "",
        string own = "",
        string kind = "graph",
        string auth = """ "tenant": "contoso.onmicrosoft.com", """
            + """ "clientId": "11111111-2222-3333-4444-555555555555", "clientSecret": "env:SECRET" """,
        string required = "") =>
        $$"""
        {
          "auth": { {{auth}} },
          "destinations": [
            { "name": "{{kind}}", "kind": "{{kind}}", {{(required.Length > 0 ? required : kind == "sentinel" ? Workspace : "")}}
              {{own}}
            }
          ],
          {{top}}
        }
        """;

    /// <summary>Reads complete settings with something added; the result is every fault's text, joined.</summary>
    public static string Faults(string top = "", string own = "", string kind = "graph", params (string Name, string Value)[] variables)
    {
        using var folder = new SettingsFolder(Config(top, own, kind));
        return FaultsOf(folder, variables);
    }

    public static string FaultsOf(SettingsFolder folder, params (string Name, string Value)[] variables)
    {
        var failure = Assert.Throws<RunFailedException>(() => folder.Read(variables));
        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
        return failure.Message.Replace(folder.Path + System.IO.Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
    }
}
