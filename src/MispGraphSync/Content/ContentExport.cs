namespace MispGraphSync.Content;

/// <summary>Writes the files into a folder. A file that somebody changed is not lost.</summary>
internal static class ContentExport
{
    /// <param name="replaces">Whether files that differ are replaced; else nothing is written.</param>
    /// <returns>How many files were written; the others were there already.</returns>
    /// <exception cref="RunFailedException">InvalidInput: files differ, or the folder cannot be written.</exception>
    public static int Write(string folder, bool replaces)
    {
        try
        {
            var wanted = ContentFile.All.Select(file => (Path: Path.Combine(folder, file.Path), file.Text))
                .Where(file => !File.Exists(file.Path) || File.ReadAllText(file.Path) != file.Text).ToList();
            if (!replaces && wanted.FindAll(file => File.Exists(file.Path)) is { Count: > 0 } changed)
            {
                throw new RunFailedException(
                    RunOutcome.InvalidInput,
                    $"{Plural.Of(changed.Count, "file")} in {folder} differ from those of this version: "
                    + $"{string.Join(", ", changed.Take(5).Select(file => Path.GetRelativePath(folder, file.Path)))}"
                    + $"{(changed.Count > 5 ? ", …" : "")}. Nothing was written.",
                    "Choose another folder, or replace them with --force.");
            }

            foreach (var (path, text) in wanted)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text);
            }

            return wanted.Count;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{folder} cannot be written: {fault.Message}", "Check the folder and who may write there.",
                fault);
        }
    }
}
