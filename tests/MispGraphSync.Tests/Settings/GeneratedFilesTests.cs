using System.Runtime.CompilerServices;
using System.Text.Json;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Settings;

/// <summary>The sample, the schema and the page agree with the table; UPDATE_SNAPSHOTS=1 rewrites them.</summary>
public class GeneratedFilesTests
{
    [Fact]
    public void Sample_matches_the_table() => Agree("config.sample.json", SettingsSample.Write());

    [Fact]
    public void Schema_matches_the_table() => Agree("config.schema.json", SettingsSchema.Write());

    [Fact]
    public void Docs_page_matches_the_table() => Agree(Path.Combine("docs", "configuration.md"), SettingsPage.Write());

    [Fact]
    public void Sample_loads_without_a_warning()
    {
        var reading = SettingsReader.Read(At("config.sample.json"), SomeSettings.NoVariables, SomeSettings.Options);

        Assert.Empty(reading.Warnings);
        Assert.Equal(["sentinel"], reading.Settings.Destinations.Where(d => d.Enabled).Select(d => d.Name));
        Assert.Equal(["sentinel", "defender", "graph"], reading.Settings.Destinations.Select(d => d.Kind));
    }

    [Fact]
    public void Sample_has_every_key_at_its_default()
    {
        var inspection = SettingsReader.Inspect(At("config.sample.json"), SomeSettings.NoVariables, SomeSettings.Options);

        foreach (var value in inspection.Values.All())
        {
            var kind = value.Label.Split('.')[1..].FirstOrDefault(w => w is "graph" or "sentinel" or "defender");
            if (value.Key is { Placeholder: null } && value.Key.Path is not ("name" or "kind" or "enabled"))
                Assert.Equal(
                    (value.Label, value.Key.DefaultFor(kind) is { } json ? Plainly(json) : null),
                    (value.Label, value.Value is { } given ? SettingsJson.ToText(given.Json) : null));
        }
    }

    [Fact]
    public void Sample_shows_every_key()
    {
        var sample = File.ReadAllText(At("config.sample.json"));

        Assert.All(SomeSettings.Table.All, key => Assert.Contains($"\"{key.Path.Split('.')[^1]}\":", sample, StringComparison.Ordinal));
    }

    [Fact]
    public void Commented_keys_of_the_sample_destination_can_be_enabled()
    {
        var lines = File.ReadAllLines(At("config.sample.json"));
        var on = string.Join(
            '\n',
            lines.Select(line => line.TrimStart().StartsWith("// \"", StringComparison.Ordinal)
                ? line.Replace("// ", "", StringComparison.Ordinal)
                : line));

        using var folder = new SettingsFolder(on);

        Assert.Equal(
            "sentinel", SettingsReader.Read(folder.File, SomeSettings.NoVariables, SomeSettings.Options).Settings.Destinations[0].Name);
    }

    [Fact]
    public void Table_defaults_match_the_defaults_of_the_records()
    {
        using var folder = new SettingsFolder(
            """{ "auth": { "tenant": "contoso.com", "managedIdentity": true }, "destinations": [{ "name": "g", "kind": "graph" }] }""");

        var settings = folder.Read().Settings;
        var plain = new AppSettings();

        Assert.Equal(plain.Instance, settings.Instance);
        Assert.Equal(plain.Misp with { EventFilters = settings.Misp.EventFilters }, settings.Misp);
        Assert.Equal(plain.Guard with { NeverBlock = settings.Guard.NeverBlock }, settings.Guard);
        Assert.Equal(plain.Logs with { Directory = settings.Logs.Directory }, settings.Logs);
        Assert.Equal(Path.Combine(folder.Path, plain.Ledger!), settings.Ledger);
        var policy = settings.Destinations[0].Policy;
        var own = new MispGraphSync.Core.Ports.DestinationPolicy();
        Assert.Equal(
            own with
            {
                ExcludeTags = policy.ExcludeTags,
                ExpiryByType = policy.ExpiryByType,
                Types = policy.Types,
                ExcludeTypes = policy.ExcludeTypes,
                ExpiryByTlp = policy.ExpiryByTlp,
            },
            policy);
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
