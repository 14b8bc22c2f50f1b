using System.Runtime.CompilerServices;
using System.Text.Json;
using MispGraphSync.Configuration;
using MispGraphSync.Configuration.Reading;
using Xunit;

namespace MispGraphSync.Tests.Configuration;

/// <summary>The sample, the schema and the page agree with the table; UPDATE_SNAPSHOTS=1 rewrites them.</summary>
public class FilesFromTheTableTests
{
    [Fact]
    public void The_sample_shows_what_the_table_says() => Agree("config.sample.json", SampleText.Write());

    [Fact]
    public void The_schema_says_what_the_table_says() => Agree("config.schema.json", SchemaText.Write());

    [Fact]
    public void The_page_says_what_the_table_says() => Agree(Path.Combine("docs", "configuration.md"), PageText.Write());

    [Fact]
    public void The_sample_loads_as_shipped_without_a_warning()
    {
        var reading = SettingsReader.Read(At("config.sample.json"), Some.NoVariables);

        Assert.Empty(reading.Warnings);
        Assert.Equal(["graph"], reading.Settings.Destinations.Where(d => d.Enabled).Select(d => d.Name));
        Assert.Equal(["graph", "sentinel", "defender"], reading.Settings.Destinations.Select(d => d.Kind));
    }

    [Fact]
    public void The_sample_has_every_key_at_its_default()
    {
        var inspection = SettingsReader.Inspect(At("config.sample.json"), Some.NoVariables, new ReaderOptions());

        foreach (var value in inspection.Values.All())
        {
            var kind = value.Label.Split('.')[1..].FirstOrDefault(w => w is "graph" or "sentinel" or "defender");
            if (value.Key is { Placeholder: null } && value.Key.Path is not ("name" or "kind" or "enabled"))
                Assert.Equal((value.Label, value.Key.DefaultFor(kind) is { } json ? Plainly(json) : null), (value.Label, value.Node is null ? null : NodeJson.Text(value.Node)));
        }
    }

    [Fact]
    public void The_sample_shows_each_key_by_name()
    {
        var sample = File.ReadAllText(At("config.sample.json"));

        Assert.All(SettingsTable.All, key => Assert.Contains($"\"{key.Path.Split('.')[^1]}\":", sample, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_sample_shows_as_a_destinations_own_can_be_switched_on()
    {
        var lines = File.ReadAllLines(At("config.sample.json"));
        var on = string.Join('\n', lines.Select(line => line.TrimStart().StartsWith("// \"", StringComparison.Ordinal) ? line.Replace("// ", "", StringComparison.Ordinal) : line));

        using var folder = new Folder(on);

        Assert.Equal("graph", SettingsReader.Read(folder.File, Some.NoVariables).Settings.Destinations[0].Name);
    }

    [Fact]
    public void Without_any_key_the_settings_are_the_records_own_defaults()
    {
        using var folder = new Folder("""{ "auth": { "tenant": "contoso.com", "managedIdentity": true }, "destinations": [{ "name": "g", "kind": "graph" }] }""");

        var settings = folder.Read().Settings;
        var plain = new Settings();

        Assert.Equal(plain.Instance, settings.Instance);
        Assert.Equal(plain.Misp with { EventFilters = settings.Misp.EventFilters }, settings.Misp);
        Assert.Equal(plain.Guard with { NeverBlock = settings.Guard.NeverBlock }, settings.Guard);
        Assert.Equal(plain.Logs with { Directory = settings.Logs.Directory }, settings.Logs);
        Assert.Equal(Path.Combine(folder.Path, plain.Ledger), settings.Ledger);
        var policy = settings.Destinations[0].Policy;
        var own = new Core.Sync.DestinationPolicy();
        Assert.Equal(own with { ExcludeTags = policy.ExcludeTags, ExpiryByType = policy.ExpiryByType, Types = policy.Types, ExcludeTypes = policy.ExcludeTypes, ExpiryByTlp = policy.ExpiryByTlp }, policy);
        Assert.Equal(4, settings.Destinations[0].ParallelRequests);
    }

    private static string Plainly(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, NodeOptions);
    }

    private static readonly JsonSerializerOptions NodeOptions = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    private static void Agree(string file, string text)
    {
        var path = At(file);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.Exists(path) ? File.ReadAllText(path) : "(no such file)", ignoreLineEndingDifferences: true);
    }

    /// <summary>A file of the repository, found from this source file.</summary>
    private static string At(string file, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", file));
}
