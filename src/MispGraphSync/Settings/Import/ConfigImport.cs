using System.Text;

namespace MispGraphSync.Settings.Import;

/// <summary><c>config import FILE</c>: makes settings of the config.py of another tool; nothing in it is run.</summary>
internal static class ConfigImport
{
    private const int MaxLength = 1024 * 1024;

    /// <param name="to">Where to write them, owner-only, secrets included; null: print only, secrets hidden.</param>
    /// <exception cref="RunFailedException">A file cannot be read or written, or nothing in it is known.</exception>
    public static void Run(
        string file, string? to, bool replace, ReaderOptions options, TextWriter output, TextWriter messages)
    {
        var import = ConfigImporter.Read(Load(file), options) ?? throw new RunFailedException(RunOutcome.InvalidInput,
            $"{file} has no setting of the Python sample or of misp2sentinel.",
            "Name the config.py of the Python sample or of misp2sentinel.");
        if (to is not null) SettingsFile.Write(to, import.Draft.Write(import.Tool.Head, hideSecrets: false), replace);

        output.Write(import.Draft.Write(import.Tool.Head, hideSecrets: true));
        foreach (var note in import.Notes) messages.Write($"note: {note}\n");
        if (to is not null) messages.Write($"Written to {to}, readable by you alone. Next: misp-graph doctor --config {to}\n");
    }

    private static string Load(string file)
    {
        try
        {
            return new FileInfo(file).Length > MaxLength
                ? throw new RunFailedException(RunOutcome.InvalidInput,
                    $"{file} is too long to be a config.py.", "Name the config.py of the Python sample or of misp2sentinel.")
                : File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"There is no file {file}.", "Name the config.py of the Python sample or of misp2sentinel.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"{file} cannot be read: {e.Message}", "Name the config.py of the Python sample or of misp2sentinel.", e);
        }
    }
}
