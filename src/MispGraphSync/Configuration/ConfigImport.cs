using System.Text;
using System.Text.Json;
using MispGraphSync.Configuration.Python;
using MispGraphSync.Configuration.Writing;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Configuration;

/// <summary><c>config import FILE</c>: settings made from the Python sample's config.py; nothing in it is run.</summary>
internal static class ConfigImport
{
    private const int LongestFile = 1024 * 1024;

    private static readonly string[] Head =
    [
        "Settings of misp-graph, made from the Python sample's config.py: they behave as the sample does.",
        "What we recommend instead stands with each key. Check: misp-graph config validate, then misp-graph plan",
    ];

    /// <param name="to">Where to write them, owner-only, secrets included; null: print only, secrets hidden.</param>
    /// <exception cref="RunFailedException">A file cannot be read or written, or nothing in it is known.</exception>
    public static void Run(
        string file, string? to, bool replace, Func<JsonElement, IEnumerable<string>>? checkFilter, TextWriter output, TextWriter talk)
    {
        var (draft, notes) = SampleConfig.Read(Load(file), checkFilter);
        if (to is not null) OwnerOnlyFile.Write(to, draft.Write(Head, hideSecrets: false), replace);

        output.Write(draft.Write(Head, hideSecrets: true));
        foreach (var note in notes) talk.Write($"note: {note}\n");
        if (to is not null) talk.Write($"Written to {to}, for your eyes only. Next: misp-graph config validate --config {to}\n");
    }

    private static string Load(string file)
    {
        try
        {
            return new FileInfo(file).Length > LongestFile
                ? throw new RunFailedException(ExitCode.Usage, $"{file} is too long to be the sample's config.py.", "Name the config.py of the Python sample.")
                : File.ReadAllText(file, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(ExitCode.Usage,
                $"{file} cannot be read: {e.Message}", "Name the config.py of the Python sample.", e);
        }
    }
}
