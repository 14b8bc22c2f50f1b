using System.Text;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Settings;

/// <summary>Finds and loads the settings file.</summary>
internal static class SettingsFile
{
    public const string FileName = "config.json";
    private const int LongestFile = 1024 * 1024;

    /// <summary>Where a settings file is looked for when none is named, the first one first.</summary>
    public static IReadOnlyList<string> Defaults(IReadOnlyDictionary<string, string> environment, string workingDirectory) =>
        UserFolder(environment) is { } folder
            ? [Path.Combine(workingDirectory, FileName), Path.Combine(folder, "misp-graph", FileName)]
            : [Path.Combine(workingDirectory, FileName)];

    /// <summary>The named file, which must be there, or the first default that is there; null for none.</summary>
    public static string? Find(string? named, IReadOnlyDictionary<string, string> environment, string workingDirectory)
    {
        if (named is null) return Defaults(environment, workingDirectory).FirstOrDefault(File.Exists);
        if (named.Length == 0 || named.Any(char.IsControl)) throw Failed("--config names no file.", "Give it a path.");

        var full = Path.GetFullPath(named, workingDirectory);
        return File.Exists(full)
            ? full
            : throw Failed(
                $"There is no settings file {FaultText.OneLine(full)}.",
                "Check the path after --config, or run `misp-graph config init` to make one.");
    }

    public static byte[] Load(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LongestFile)
                throw Failed($"{path} is too long to be a settings file.",
                    "Check the path after --config.");
            return InUtf8(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"The settings file {path} cannot be read: {e.Message}", "Check who may read it.", e);
        }
    }

    /// <summary>Windows PowerShell writes UTF-16 where a command's output goes to a file.</summary>
    private static byte[] InUtf8(byte[] file) => file switch
    {
        [0xFF, 0xFE, .. var text] => Encoding.Convert(Encoding.Unicode, Encoding.UTF8, text),
        [0xFE, 0xFF, .. var text] => Encoding.Convert(Encoding.BigEndianUnicode, Encoding.UTF8, text),
        [not 0, 0, ..] => Encoding.Convert(Encoding.Unicode, Encoding.UTF8, file),
        [0, not 0, ..] => Encoding.Convert(Encoding.BigEndianUnicode, Encoding.UTF8, file),
        _ => file,
    };

    /// <summary>The user's folder for settings, by each system's custom; null when the environment does not tell.</summary>
    private static string? UserFolder(IReadOnlyDictionary<string, string> environment)
    {
        if (OperatingSystem.IsWindows()) return environment.GetValueOrDefault("APPDATA");

        var home = environment.GetValueOrDefault("HOME");
        if (OperatingSystem.IsMacOS()) return home is null ? null : Path.Combine(home, "Library", "Application Support");

        // A relative XDG_CONFIG_HOME is to be ignored, says its specification.
        return environment.GetValueOrDefault("XDG_CONFIG_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg
            : string.IsNullOrEmpty(home) ? null
            : Path.Combine(home, ".config");
    }

    private static RunFailedException Failed(string message, string remedy) => new(RunOutcome.InvalidInput, message, remedy);
}
