using System.Text.Json;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Settings.Import;
using Xunit;

namespace MispGraphSync.Tests.Settings.Import;

public class PythonSampleImportTests
{
    private const string Secret = "pLain~Secret.From-The-Python-File_0123456";

    private const string Whole = $$"""
        # our settings
        graph_auth = {
            'tenant': '22222222-3333-4444-5555-666666666666',  # ours
            "client_id": "33333333-4444-5555-6666-777777777777",
            'client_secret': '{{Secret}}',
        }
        targetProduct = "Azure Sentinel"
        misp_event_filters = [{'tags': ('tlp:green', 'tlp:' 'clear'), 'published': True, 'org': None}, {"date_from": '2026-01-01'}]
        action = 'block'; passiveOnly = True
        days_to_expire = 5
        misp_key = '{{Secret}}'
        misp_domain = 'https://misp.example.net'
        misp_verifycert = False
        """;

    [Fact]
    public void Settings_are_imported_with_their_behaviour()
    {
        using var folder = new SettingsFolder();

        Import(folder, Whole, folder.File);
        var settings = folder.Read().Settings;

        var graph = Assert.IsType<GraphSettings>(Assert.Single(settings.Destinations));
        Assert.Equal(
            ("https://misp.example.net/", false, false, false),
            (settings.Misp.Url!.ToString(), settings.Misp.VerifyCert, settings.Misp.ToIdsOnly, settings.Misp.EnforceWarninglist));
        Assert.Equal(
            ["""{"tags":["tlp:green","tlp:clear"],"published":true}""", """{"date_from":"2026-01-01"}"""],
            settings.Misp.EventFilters.Select(f => f.GetRawText()));
        Assert.Equal(
            (IndicatorAction.Block, true, 5, Tlp.Red, Tlp.Red),
            (graph.Policy.Action, graph.Policy.PassiveOnly, graph.Policy.DaysToExpire, graph.Policy.DefaultTlp, graph.Policy.MaxTlp));
        Assert.Equal(
            ("22222222-3333-4444-5555-666666666666", "33333333-4444-5555-6666-777777777777", "Azure Sentinel"),
            (graph.Auth.Tenant, graph.Auth.ClientId, graph.TargetProduct));
    }

    [Fact]
    public void Imported_behaviour_is_reported_with_a_recommendation()
    {
        using var folder = new SettingsFolder();

        var (_, talk) = Import(folder, Whole);

        Assert.Contains(
            "note: misp.toIdsOnly: false is imported (the sample sends attributes whether MISP marks them for detection or not); "
            + "recommended: true.",
            talk,
            StringComparison.Ordinal);
        Assert.Contains("misp.enforceWarninglist: false is imported", talk, StringComparison.Ordinal);
        Assert.Contains("misp.verifyCert: false is imported", talk, StringComparison.Ordinal);
        Assert.Contains(
            "defaultTlp: \"red\" is imported (the sample marks attributes without a TLP tag as red); recommended: \"amber\".",
            talk,
            StringComparison.Ordinal);
        Assert.Contains("maxTlp: \"red\" is imported", talk, StringComparison.Ordinal);
        Assert.Contains("daysToExpire: 5 is imported; recommended: 30", talk, StringComparison.Ordinal);
        Assert.DoesNotContain("no usable value", talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_is_written_to_a_private_file_only_and_never_printed()
    {
        using var folder = new SettingsFolder();

        var (output, talk) = Import(folder, Whole, folder.File);

        Assert.DoesNotContain(Secret, output + talk, StringComparison.Ordinal);
        Assert.Contains("\"key\": \"(hidden)\"", output, StringComparison.Ordinal);
        Assert.Equal(Secret, await folder.Read().Settings.Misp.Key!.ResolveAsync(TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File));
    }

    [Fact]
    public void Existing_file_is_kept_without_force()
    {
        using var folder = new SettingsFolder("{}");

        Assert.Throws<RunFailedException>(() => Import(folder, Whole, folder.File));
        Assert.Equal("{}", File.ReadAllText(folder.File));
    }

    [Theory]
    [InlineData("import os\naction = 'alert'", "line 1: skipped: not a plain name = value line.")]
    [InlineData("misp_key = os.environ['KEY']",
        "line 1: misp_key is skipped: its value is an expression, which is not run.")]
    [InlineData("x = 1\nmisp_key = 'a' + \\\n  'b'\ndays_to_expire = 7", "line 2: misp_key is skipped")]
    [InlineData("if True:\n    action = 'block'\naction = 'alert'", "line 2: skipped: not a plain name = value line")]
    [InlineData("misp_key = f'{x}'", "line 1: misp_key is skipped")]
    [InlineData("misp_tag = 'x'\naction = 'alert'", "line 1: misp_tag is no key of the sample's; it is not imported.")]
    [InlineData("graph_auth = {'tenant': 'contoso.com', 'scope': 'x'}", "line 1: graph_auth.scope is no key of the sample's")]
    [InlineData("targetProduct = 'Microsoft Sentinel'",
        "targetProduct \"Microsoft Sentinel\" is an error at Graph; \"Azure Sentinel\" is written instead.")]
    [InlineData("action = 'unknown'", "action is not imported: \"unknown\" is not one of")]
    [InlineData("days_to_expire = 0", "days_to_expire is not imported: 0 is not a whole number from 1 to 3650.")]
    [InlineData("misp_key = '<misp key>'", "misp_key has no usable value; misp.key is \"env:MISP_KEY\": put the secret there.")]
    [InlineData("misp_event_filters = {'tags': ''}",
        "line 1: misp_event_filters is imported, but must be corrected: misp.eventFilters: tags is empty")]
    public void Skipped_settings_are_reported(string python, string sentence)
    {
        using var folder = new SettingsFolder();

        Assert.Contains(sentence, Import(folder, python).Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_of_an_empty_file_gives_readable_settings()
    {
        using var folder = new SettingsFolder();

        Import(folder, "", folder.File);

        Assert.Equal("env:MISP_KEY", folder.Read().Settings.Misp.Key?.ToString());
    }

    [Theory]
    [InlineData("misp_domain = 'misp.example'", "https://misp.example/")]
    [InlineData("misp_domain = r'https://a.example'", "https://a.example/")]
    [InlineData("'''a\ntext''' \nmisp_domain = u\"https://a.example\"  # why", "https://a.example/")]
    [InlineData("misp_domain = ('https://'\n  'a.example')", "https://a.example/")]
    [InlineData("misp_domain = \"\"\"https://a.example\"\"\"", "https://a.example/")]
    [InlineData("misp_domain = 'https:\\x2f\\u002fa.example'", "https://a.example/")]
    [InlineData("misp_domain = 'https://b.example'\r\nmisp_domain = \\\r\n  'https://a.example'\r\n", "https://a.example/")]
    public void All_Python_string_forms_are_read(string python, string expected)
    {
        using var folder = new SettingsFolder();

        Import(folder, python, folder.File);

        Assert.Equal(expected, folder.Read().Settings.Misp.Url?.ToString());
    }

    [Theory]
    [InlineData("{ \"misp\": { \"url\": \"https://misp.example\" } }")]
    [InlineData("<html>\n</html>")]
    [InlineData("colour = 'green'\nshape = 'round'")]
    public void Unrelated_file_is_refused_and_nothing_is_written(string text)
    {
        using var folder = new SettingsFolder();

        var refused = Assert.Throws<RunFailedException>(() => Import(folder, text, folder.File));

        Assert.Equal(RunOutcome.InvalidInput, refused.Outcome);
        Assert.False(File.Exists(folder.File));
    }

    [Fact]
    public void Import_never_throws_on_arbitrary_input()
    {
        string[] pieces =
        [
            "misp_key", "=", "'", "\"", "'''", "{", "}", "[", "]", "(", ")", ",", ":", "\\", "\n", "#", " ", "True", "None",
            "-", "1", ".", "r", ";", "é", "\0", "action", "misp_event_filters", "ms_auth", "days_to_expire_mapping",
        ];

        Gen.OneOf(pieces).Array[0, 40].Sample(
            parts => ConfigImporter.Read(string.Concat(parts), SomeSettings.Options)?.Draft.Write([], hideSecrets: true) != "",
            iter: 1000,
            threads: 1);
        Assert.NotNull(ConfigImporter.Read("misp_key = " + new string('[', 100_000), SomeSettings.Options)?.Draft);
    }

    private static (string Output, string Talk) Import(SettingsFolder folder, string python, string? to = null)
    {
        var (output, talk) = (new StringWriter(), new StringWriter());
        ConfigImport.Run(
            folder.Write("config.py", python), to, replace: false, SomeSettings.Options with { FilterFaults = EmptyTags }, output, talk);
        return (output.ToString(), talk.ToString());
    }

    private static IEnumerable<string> EmptyTags(JsonElement filter) =>
        filter.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.String && tags.ValueEquals("")
            ? ["tags is empty; leave it out."]
            : [];
}
