using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;
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

        ImportRun.Of(folder, Whole);
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

    [Theory]
    [InlineData(
        "warning: misp.toIdsOnly: false is imported (the Python sample sends attributes whether MISP marks them for detection or not); "
        + "recommended: true.")]
    [InlineData("warning: misp.enforceWarninglist: false is imported")]
    [InlineData("warning: misp.verifyCert: false is imported")]
    [InlineData("warning: defaultTlp: \"red\" is imported (the Python sample marks attributes without a TLP tag as red)")]
    [InlineData("warning: maxTlp: \"red\" is imported")]
    [InlineData("to do: This destination is graph. Microsoft announced that the tiIndicators API would be removed by April 2026.")]
    [InlineData("Import with --kind sentinel or --kind defender to send elsewhere; --kind graph keeps it.")]
    [InlineData("note: line 10: daysToExpire: recommended: 30")]
    public void Imported_behaviour_is_reported_with_a_recommendation(string line) =>
        Assert.Contains(line, ImportRun.Of(Whole).Messages, StringComparison.Ordinal);

    [Fact]
    public void Recommended_lifetime_needs_no_recommendation() =>
        Assert.DoesNotContain("daysToExpire", ImportRun.Of(ImportRun.Complete("days_to_expire = 30")).Messages, StringComparison.Ordinal);

    [Fact]
    public async Task Secret_is_written_to_a_private_file_only_and_never_printed()
    {
        using var folder = new SettingsFolder();

        var import = ImportRun.Of(folder, Whole);

        Assert.DoesNotContain(Secret, import.Output + import.Messages, StringComparison.Ordinal);
        Assert.Contains("\"key\": \"(hidden)\"", import.Output, StringComparison.Ordinal);
        Assert.Equal(Secret, await folder.Read().Settings.Misp.Key!.ResolveAsync(TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File));
    }

    [Theory]
    [InlineData("os.getenv('K')", "env:K")]
    [InlineData("os.environ['K']", "env:K")]
    [InlineData("os.environ.get('K', 'd3fault')", "env:K")]
    [InlineData("''\nif vault:\n    misp_key = read()\nelse:\n    misp_key = os.getenv('K')", "env:K")]
    [InlineData("'a'\nif local: misp_key = 'b'", "env:MISP_KEY")]
    [InlineData("client.get_secret('MISP-Key').value", "env:MISP_KEY")]
    [InlineData("os.getenv('not a name')", "env:MISP_KEY")]
    [InlineData("'<misp key>'", "env:MISP_KEY")]
    [InlineData("None", "env:MISP_KEY")]
    [InlineData("'line\\nbreak'", "env:MISP_KEY")]
    public void Secret_becomes_a_reference_where_the_file_does_not_hold_it(string expression, string reference)
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_key = " + expression));

        Assert.Equal($"\"{reference}\"", import.Json("misp.key"));
        Assert.Contains(
            reference == "env:K" ? "misp.key is env:K, as in misp_key" : $"misp.key is \"{reference}\"", import.Messages,
            StringComparison.Ordinal);
        Assert.DoesNotContain("d3fault", import.Written + import.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("graph_auth = {'tenant': 'contoso.com',", 1)]
    [InlineData("misp_key = 'k'\ngraph_auth = {\n  'tenant': 'contoso.com',\n", 2)]
    [InlineData("misp_key = 'k'\nmisp_domain = 'https://misp.exa", 2)]
    [InlineData("misp_key = 'k'\nmisp_event_filters =", 2)]
    [InlineData("misp_key = 'k'\nmisp_event_filters = [{'published': True}", 2)]
    [InlineData("misp_key = 'k'\nx = \"\"\"a\nb", 2)]
    public void File_that_ends_in_the_middle_is_refused_and_writes_nothing(string python, int line)
    {
        using var folder = new SettingsFolder();

        var failure = Assert.Throws<RunFailedException>(() => ImportRun.Of(folder, python));

        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
        Assert.Contains($"in the middle of the statement that begins at line {line}", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File));
    }

    [Fact]
    public void File_cut_off_anywhere_never_gives_settings_with_a_value_that_the_whole_file_does_not_have()
    {
        var whole = ImportRun.Of(Whole);
        string?[] urls = [whole.Json("misp.url"), "\"FILL IN\""];
        for (var length = 1; length < Whole.Length; length++)
        {
            try
            {
                Assert.Contains(ImportRun.Of(Whole[..length]).Json("misp.url"), urls);
            }
            catch (RunFailedException failure)
            {
                Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
            }
        }
    }

    [Fact]
    public void Unreadable_value_does_not_drop_its_dictionary()
    {
        var import = ImportRun.Of(ImportRun.Complete(
            "graph_auth = {'tenant': 'fabrikam.com', 'client_id': load(), 'client_secret': os.getenv('CS')}"));

        Assert.Equal(("\"fabrikam.com\"", "\"FILL IN\"", "\"env:CS\""),
            (import.Json("auth.tenant"), import.Json("auth.clientId"), import.Json("auth.clientSecret")));
        Assert.Contains("auth.clientId: This is still to be filled in.", Assert.Single(import.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("True", null, null)]
    [InlineData("1", null, null)]
    [InlineData("False", "false", null)]
    [InlineData("0", "false", null)]
    [InlineData("os.getenv('CERT', False)", null, null)]
    [InlineData("''", null, null)]
    [InlineData("'/no/such/ca.pem'", null, "\"/no/such/ca.pem\"")]
    public void Certificate_check_is_off_only_when_the_file_says_so(string expression, string? verifyCert, string? caFile)
    {
        var import = ImportRun.Of(ImportRun.Complete("misp_verifycert = " + expression));

        Assert.Equal((verifyCert, caFile), (import.Json("misp.verifyCert"), import.Json("caFile")));
        if (expression.Length > 5) Assert.Contains("misp_verifycert", import.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sentinel", "workspaceId is still to be filled in: graph_auth.workspace_id is not set")]
    [InlineData("sentinel", "action is not imported: a sentinel destination has no such setting")]
    [InlineData("defender", "warning: line 9: action is not imported: Defender would act on it")]
    [InlineData("defender", "targetProduct is not imported: a defender destination has no such setting")]
    [InlineData("defender", "The app registration needs the permissions of defender: docs/defender.md")]
    public void Kind_chooses_the_destination(string kind, string note)
    {
        var import = ImportRun.Of(Whole, kind);

        Assert.Equal($"\"{kind}\"", import.Json("destinations.kind"));
        Assert.Null(import.Json("action"));
        Assert.Contains(note, import.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain("tiIndicators", import.Messages, StringComparison.Ordinal);
        Assert.All(import.Faults, fault => Assert.Contains("still to be filled in", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Action_for_Defender_by_way_of_Graph_is_kept_for_Defender()
    {
        var import = ImportRun.Of(ImportRun.Complete("targetProduct = 'Microsoft Defender ATP'\naction = 'block'"), "defender");

        Assert.Equal("\"block\"", import.Json("action"));
    }

    [Fact]
    public void Kind_that_does_not_exist_is_refused()
    {
        var refused = Assert.Throws<RunFailedException>(() => ImportRun.Of(Whole, "splunk"));

        Assert.Contains("\"sentinel\"", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Instance_is_the_installations_own_and_stays_the_same()
    {
        using var folder = new SettingsFolder(SomeSettings.Config(""" "instance": "ours" """));

        var first = ImportRun.Of(Whole).Json("instance");

        Assert.StartsWith("\"misp-example-net-", first, StringComparison.Ordinal);
        Assert.Equal(first, ImportRun.Of(Whole).Json("instance"));
        Assert.NotEqual(ImportRun.Of("misp_key = 'k'").Json("instance"), ImportRun.Of("misp_key = 'k'").Json("instance"));
        Assert.Equal("\"ours\"", ImportRun.Of(folder, Whole).Json("instance"));
    }

    [Fact]
    public void Existing_file_is_kept_without_force()
    {
        using var folder = new SettingsFolder("{}");
        var file = folder.Write("config.py", Whole);

        Assert.Throws<RunFailedException>(() => MispGraphSync.Settings.Import.ConfigImport.Run(
            file, folder.File, replace: false, kind: null, SomeSettings.Options, TextWriter.Null, TextWriter.Null));
        Assert.Equal("{}", File.ReadAllText(folder.File));
    }

    [Theory]
    [InlineData("if x:\n    y = 1", "note: Statements that are not executed: line 5.")]
    [InlineData("misp_tag = 'x'", "Not imported, because they are no keys of the Python sample's: misp_tag.")]
    [InlineData("graph_auth['scope'] = 'x'", "no keys of the Python sample's: graph_auth.scope.")]
    [InlineData("targetProduct = 'Microsoft Sentinel'",
        "targetProduct \"Microsoft Sentinel\" is an error at Graph; \"Azure Sentinel\" is written instead.")]
    [InlineData("action = 'unknown'", "action is not imported: \"unknown\" is not one of")]
    [InlineData("action = os.getenv('ACTION')",
        "action is not imported: it is read from the environment variable ACTION; action keeps its default.")]
    [InlineData("days_to_expire = 0", "days_to_expire is not imported: 0 is not a whole number from 1 to 3650.")]
    [InlineData("days_to_expire = int(os.environ.get('DAYS'))",
        "days_to_expire is not imported: it is read from the environment variable DAYS")]
    [InlineData("days_to_expire = os.getenv('DAYS', '60')", "daysToExpire: the default of the environment variable DAYS is imported.")]
    [InlineData("days_to_expire = os.getenv('DAYS', '')", "days_to_expire has no usable value; it is not imported.")]
    [InlineData("passiveOnly = 'perhaps'", "passiveOnly is not imported: \"perhaps\" is not true or false")]
    [InlineData("misp_domain = 'https://a b'", "misp.url is still to be filled in")]
    public void Skipped_settings_are_reported(string python, string sentence) =>
        Assert.Contains(sentence, ImportRun.Of(ImportRun.Complete(python)).Messages, StringComparison.Ordinal);

    [Theory]
    [InlineData("days_to_expire = '10'", "daysToExpire", "10")]
    [InlineData("days_to_expire = int(os.getenv('DAYS', '60'))", "daysToExpire", "60")]
    [InlineData("passiveOnly = 'true'", "passiveOnly", "true")]
    [InlineData("passiveOnly = 0", "passiveOnly", "false")]
    [InlineData("misp_domain = 'misp.example'", "misp.url", "\"https://misp.example\"")]
    public void Value_of_another_type_is_read_for_what_it_means(string python, string path, string json) =>
        Assert.Equal(json, ImportRun.Of(ImportRun.Complete(python)).Json(path));

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public void File_of_any_Unicode_encoding_is_read(string encoding)
    {
        using var folder = new SettingsFolder();
        var unicode = Encoding.GetEncoding(encoding);

        var import = ImportRun.Of(folder, [.. unicode.GetPreamble(), .. unicode.GetBytes(ImportRun.Complete("action = 'allow'"))]);

        Assert.Equal("\"allow\"", import.Json("action"));
        Assert.Empty(import.Faults);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{ \"misp\": { \"url\": \"https://misp.example\" } }")]
    [InlineData("<html>\n</html>")]
    [InlineData("colour = 'green'\nshape = 'round'")]
    public void Unrelated_file_is_refused_and_nothing_is_written(string text)
    {
        using var folder = new SettingsFolder();

        var refused = Assert.Throws<RunFailedException>(() => ImportRun.Of(folder, text));

        Assert.Equal(RunOutcome.InvalidInput, refused.Outcome);
        Assert.False(File.Exists(folder.File));
    }
}
