using System.Text;

namespace MispGraphSync.Settings.Import;

/// <summary><c>config import FILE</c>: makes settings of the config.py of another tool; nothing in it is executed.</summary>
internal static class ConfigImport
{
    private const int MaxLength = 256 * 1024;

    /// <param name="to">Where to write them, owner-only, secrets included; null: print only, secrets hidden.</param>
    /// <param name="kind">The kind of destination to make; null: the one that the other tool sends to.</param>
    /// <exception cref="RunFailedException">A file cannot be read or written, or nothing in it is known.</exception>
    public static void Run(
        string file, string? to, bool replace, string? kind, ReaderOptions options, TextWriter output, TextWriter messages)
    {
        if (kind is not null && options.Table.Named(kind) is null)
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"--kind: {SettingsFaults.Quote(kind)} is not {options.Table.Kind.Type.Expects}.", "Write one of them, or omit --kind.");
        var import = ToolImport.Read(Load(file), options, kind) ?? throw new RunFailedException(RunOutcome.InvalidInput,
            $"{file} has no setting of the Python sample or of misp2sentinel.",
            "Name the config.py of the Python sample or of misp2sentinel.");
        import.Draft.Common.Add(new DraftValue(Keys.Instance, (to is null ? null : InstanceName.KeptIn(to, options)) ?? import.Instance));
        if (to is not null) SettingsFile.Write(to, import.Draft.Write(import.Head, hideSecrets: false), replace);

        // A wrong file repeats a secret where none belongs.
        var secrets = new Secrets();
        foreach (var value in import.Draft.Common.Where(one => one.IsLiteralSecret)) secrets.Add(value.Json.GetString()!);
        output.Write(secrets.Mask(import.Draft.Write(import.Head, hideSecrets: true)));
        foreach (var line in import.Notes.Lines) messages.Write($"{secrets.Mask(line)}\n");
        if (to is not null) messages.Write($"Written to {to}, readable by you alone. Next: misp-graph config validate --config {to}\n");
    }

    private static string Load(string file)
    {
        try
        {
            return new FileInfo(file).Length > MaxLength
                ? throw new RunFailedException(RunOutcome.InvalidInput,
                    $"{file} is too long to be a config.py.", "Name the config.py of the Python sample or of misp2sentinel.")
                : Encoding.UTF8.GetString(SettingsFile.ToUtf8(File.ReadAllBytes(file)));
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
