using System.Text.Json.Nodes;

namespace MispGraphSync.Tests.Deploy;

/// <summary>A sandbox's settings as they are on a server: secrets in files of their own beside them.</summary>
internal static class ServerSettings
{
    /// <summary>Writes config.json, misp-key, client-secret and ca.pem.</summary>
    /// <param name="seenAs">The folder's path for the program.</param>
    public static void Write(SandboxRun run, string folder, string seenAs, Action<JsonObject>? change = null)
    {
        Directory.CreateDirectory(folder);
        var settings = JsonNode.Parse(File.ReadAllText(run.ConfigFile))!.AsObject();
        settings["caFile"] = $"{seenAs}/ca.pem";
        settings["misp"]!["key"] = "file:misp-key";
        settings["auth"]!["clientSecret"] = "file:client-secret";
        change?.Invoke(settings);
        File.WriteAllText(Path.Combine(folder, "config.json"), settings.ToJsonString());
        File.WriteAllText(Path.Combine(folder, "misp-key"), run.Sandbox.Options.MispKey + "\n");
        File.WriteAllText(Path.Combine(folder, "client-secret"), run.Sandbox.Options.ClientSecret + "\n");
        File.Copy(Path.Combine(run.Folder, "ca.pem"), Path.Combine(folder, "ca.pem"), overwrite: true);
    }
}
