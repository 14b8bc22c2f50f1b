using System.Text;
using System.Text.Json;
using MispGraphSync.Settings;
using MispGraphSync.Settings.Import;
using MispGraphSync.Sources.Filters;

namespace MispGraphSync.Tests.Settings.Import;

/// <summary>One run of <c>config import</c>: what it printed and wrote, and the faults that `config validate` finds in that.</summary>
internal sealed record ImportRun(string Output, string Messages, string Written, IReadOnlyList<string> Faults)
{
    public static ReaderOptions Options { get; } = SomeSettings.Options with
    {
        FilterFaults = filter =>
        {
            _ = EventFilter.Parse(filter, out var faults);
            return faults;
        },
    };

    /// <summary>The settings can be read back from the folder.</summary>
    public static ImportRun Of(SettingsFolder folder, byte[] python, string? kind = null)
    {
        var file = Path.Combine(folder.Path, "config.py");
        File.WriteAllBytes(file, python);
        var (output, messages) = (new StringWriter(), new StringWriter());
        ConfigImport.Run(file, folder.File, replace: true, kind, Options, output, messages);
        var inspection = SettingsReader.Inspect(folder.File, SomeSettings.NoVariables, Options);
        var faults = inspection.Faults.Select(fault => fault.ToString()).ToList();
        return new ImportRun(output.ToString(), messages.ToString(), File.ReadAllText(folder.File), faults);
    }

    public static ImportRun Of(SettingsFolder folder, string python, string? kind = null) =>
        Of(folder, Encoding.UTF8.GetBytes(python), kind);

    public static ImportRun Of(string python, string? kind = null)
    {
        using var folder = new SettingsFolder();
        return Of(folder, python, kind);
    }

    /// <summary>A file of the Python sample with all that it needs, and some lines more, which begin at line 5.</summary>
    public static string Complete(string more) =>
        $$"""
        graph_auth = {'tenant': 'contoso.com', 'client_id': '33333333-4444-5555-6666-777777777777', 'client_secret': 's3cr3t'}
        misp_key = 'k3y'
        misp_domain = 'https://misp.example.net'
        misp_event_filters = {'published': True}
        {{more}}
        """;

    /// <summary>The value of a key as compact JSON; null: it is not in the file.</summary>
    public string? Json(string path)
    {
        using var document = JsonDocument.Parse(Written, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var current = document.RootElement;
        foreach (var name in path.Split('.'))
        {
            if (current.ValueKind == JsonValueKind.Array) current = current[0];
            if (!current.TryGetProperty(name, out current)) return null;
        }

        return JsonSerializer.Serialize(current, SettingsJson.Readable.JsonElement);
    }
}
