using System.Text;

namespace MispGraphSync.Settings;

/// <summary>Finds, loads and writes the settings file.</summary>
internal static class SettingsFile
{
    public const string FileName = "config.json";
    private const int MaxLength = 1024 * 1024;

    /// <summary>Where a settings file is looked for when none is named, the first one first.</summary>
    public static IReadOnlyList<string> Defaults(IReadOnlyDictionary<string, string> environment, string workingDirectory) =>
        UserFolder(environment) is { } folder
            ? [Path.Combine(workingDirectory, FileName), Path.Combine(folder, "misp-graph", FileName)]
            : [Path.Combine(workingDirectory, FileName)];

    /// <summary>The named file, which must exist, or the first default that exists; null for none.</summary>
    public static string? Find(string? named, IReadOnlyDictionary<string, string> environment, string workingDirectory)
    {
        if (named is null) return Defaults(environment, workingDirectory).FirstOrDefault(File.Exists);
        if (named.Length == 0 || named.Any(char.IsControl))
            throw new RunFailedException(RunOutcome.InvalidInput, "--config needs a file name.", "Give it a path.");

        var full = Path.GetFullPath(named, workingDirectory);
        return File.Exists(full) ? full : throw new RunFailedException(
            RunOutcome.InvalidInput,
            Directory.Exists(full) ? $"{Sanitize.ForDisplay(full, int.MaxValue)} is a folder, not a settings file."
            : $"There is no settings file {Sanitize.ForDisplay(full, int.MaxValue)}.",
            "Check the path after --config, or run `misp-graph config init` to make one.");
    }

    /// <param name="what">For messages: what the file is.</param>
    /// <param name="maxLength">In bytes.</param>
    public static byte[] Load(string path, string what = "settings file", int maxLength = MaxLength)
    {
        try
        {
            // The length of a device or a pipe is not known before its end.
            using var file = File.OpenRead(path);
            var text = new byte[(file.CanSeek && file.Length > 0 ? Math.Min(file.Length, maxLength) : maxLength) + 1];
            var length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return length == text.Length
                ? throw new RunFailedException(
                    RunOutcome.InvalidInput, $"{path} is too long to be a {what}.", "Check the path to the file.")
                : ToUtf8(text[..length]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"The {what} {path} cannot be read: {e.Message}",
                "The account that runs misp-graph must be allowed to read it: see its owner, group and mode.", e);
        }
    }

    /// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
    /// <exception cref="RunFailedException">The file exists and may not be replaced, or it cannot be written.</exception>
    public static void Write(string path, string text, bool replace)
    {
        if (!replace && File.Exists(path))
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{path} exists already; it was not changed.",
                "Name another file, or replace this one with --force.");
        try
        {
            PrivateFile.Replace(path, replace, file => file.Write(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{path} cannot be written: {e.Message}", "Check the folder and who may write there.", e);
        }
    }

    /// <summary>Writes an existing file in its place, so that its owner, its mode and links to it stay.</summary>
    /// <exception cref="RunFailedException">It cannot be written, and is as it was.</exception>
    public static void Update(string path, string text)
    {
        var before = Load(path);
        try
        {
            Overwrite(path, Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (e is IOException) Overwrite(path, before);
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{path} cannot be written: {e.Message}", "Check the free space and who may write the file.", e);
        }
    }

    private static void Overwrite(string path, byte[] text)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
        file.Write(text);
        file.SetLength(text.Length);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Windows PowerShell writes UTF-16 where a command's output goes to a file.</summary>
    internal static byte[] ToUtf8(byte[] file) => file switch
    {
        [0xFF, 0xFE, .. var text] => Encoding.Convert(Encoding.Unicode, Encoding.UTF8, text),
        [0xFE, 0xFF, .. var text] => Encoding.Convert(Encoding.BigEndianUnicode, Encoding.UTF8, text),
        [not 0, 0, ..] => Encoding.Convert(Encoding.Unicode, Encoding.UTF8, file),
        [0, not 0, ..] => Encoding.Convert(Encoding.BigEndianUnicode, Encoding.UTF8, file),
        _ => file,
    };

    /// <summary>The user's folder for settings, by each system's custom; null when the environment does not name it.</summary>
    private static string? UserFolder(IReadOnlyDictionary<string, string> environment)
    {
        if (OperatingSystem.IsWindows()) return environment.GetValueOrDefault("APPDATA");

        var home = environment.GetValueOrDefault("HOME") is { Length: > 0 } given ? given : null;
        if (OperatingSystem.IsMacOS()) return home is null ? null : Path.Combine(home, "Library", "Application Support");

        // A relative XDG_CONFIG_HOME is to be ignored, says its specification.
        return environment.GetValueOrDefault("XDG_CONFIG_HOME") is { Length: > 0 } xdg && Path.IsPathRooted(xdg) ? xdg
            : home is null ? null
            : Path.Combine(home, ".config");
    }
}
