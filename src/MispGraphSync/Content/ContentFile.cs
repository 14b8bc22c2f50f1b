using System.Reflection;

namespace MispGraphSync.Content;

/// <summary>
/// A file of <c>content/</c> in the sources: a rule, a query, a workbook or a template for the place where the indicators are used. The
/// program carries them all, so that they are of its own version.
/// </summary>
/// <param name="Path">Below the folder, with slashes.</param>
internal sealed record ContentFile(string Path, string Text)
{
    private const string Prefix = "content/";
    private const string NameKey = "name: ";

    /// <summary>In the order of their paths.</summary>
    public static IReadOnlyList<ContentFile> All { get; } = [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(Read)
        .OrderBy(file => file.Path, StringComparer.Ordinal)];

    /// <summary>The name of a rule or a query in its file; of another file, what it is for.</summary>
    public string Title => System.IO.Path.GetFileName(Path) switch
    {
        "azuredeploy.json" => "template that deploys all of it, for the portal",
        "main.bicep" => "the same template for Azure's command line",
        "workbook.json" => "workbook",
        _ => NameInText() ?? "",
    };

    private string? NameInText()
    {
        foreach (var line in Text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(NameKey, StringComparison.Ordinal)) return line[NameKey.Length..].Trim(" \"").ToString();
        }

        return null;
    }

    private static ContentFile Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        // A build on Windows has its own separator in the name.
        return new ContentFile(resource[Prefix.Length..].Replace('\\', '/'), reader.ReadToEnd());
    }
}
