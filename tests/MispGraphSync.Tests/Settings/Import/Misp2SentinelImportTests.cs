using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Settings.Import;
using Xunit;

namespace MispGraphSync.Tests.Settings.Import;

public class Misp2SentinelImportTests
{
    private const string Secret = "pLain~Secret.From-The-Other-File_0123456";

    private const string Whole = $$"""
        import os
        ms_auth = {
            'tenant': '22222222-3333-4444-5555-666666666666', 'client_id': '33333333-4444-5555-6666-777777777777',
            'client_secret': '{{Secret}}',
            'scope': 'https://management.azure.com/.default', 'graph_api': False, 'workspace_id': '44444444-5555-6666-7777-888888888888',
        }
        ms_max_requests_minute = 60
        ms_action = 'alert'
        ms_useragent = 'ours'
        misp_key = os.getenv('mispkey')
        misp_domain = 'misp.example.net'
        misp_verifycert = False
        misp_event_filters = { "published": 1, "to_ids": 1, "includeEventTags": True, "tags": ["tlp:green"] }
        misp_event_limit_per_page = 40
        days_to_expire = 60
        days_to_expire_mapping = { "ipv4-addr": 14, "ipv6-addr": 21, "domain-name": 90, "mutex": 5 }
        default_confidence = 70
        write_parsed_indicators = True
        my_own = 1
        """;

    [Fact]
    public void Settings_are_imported_with_their_behaviour()
    {
        using var folder = new SettingsFolder();

        Import(folder, Whole, folder.File);
        var settings = folder.Read().Settings;

        var sentinel = Assert.IsType<SentinelSettings>(Assert.Single(settings.Destinations));
        Assert.Equal(
            ("sentinel", Guid.Parse("44444444-5555-6666-7777-888888888888"), "misp-graph", 60),
            (sentinel.Kind, sentinel.WorkspaceId!.Value, sentinel.SourceSystem, sentinel.RequestsPerMinute));
        Assert.Equal(
            ("22222222-3333-4444-5555-666666666666", "33333333-4444-5555-6666-777777777777"),
            (sentinel.Auth.Tenant, sentinel.Auth.ClientId));
        Assert.Equal(
            ("https://misp.example.net/", false, true, false, 40),
            (
                settings.Misp.Url!.ToString(),
                settings.Misp.VerifyCert,
                settings.Misp.ToIdsOnly,
                settings.Misp.EnforceWarninglist,
                settings.Misp.PageSize));
        Assert.Equal(["""{"published":1,"tags":["tlp:green"]}"""], settings.Misp.EventFilters.Select(filter => filter.GetRawText()));
        Assert.Equal(
            (60, 70, Tlp.Clear, Tlp.Red),
            (sentinel.Policy.DaysToExpire, sentinel.Policy.DefaultConfidence, sentinel.Policy.DefaultTlp, sentinel.Policy.MaxTlp));
        using var written = JsonDocument.Parse(
            File.ReadAllText(folder.File), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        Assert.Equal(
            """{"ip-dst":14,"ip-src":14,"domain":90,"hostname":90}""",
            string.Concat(written.RootElement.GetProperty("expiry").GetRawText().Where(c => !char.IsWhiteSpace(c))));
    }

    [Theory]
    [InlineData("line 1: skipped: not a plain name = value line")]
    [InlineData("misp_key is skipped: its value is an expression, which is not run")]
    [InlineData("misp_key has no usable value; misp.key is \"env:MISP_KEY\"")]
    [InlineData(
        "defaultTlp: \"clear\" is imported (misp2sentinel marks attributes without a TLP tag as clear); recommended: \"amber\".")]
    [InlineData("maxTlp: \"red\" is imported")]
    [InlineData("misp.enforceWarninglist: false is imported")]
    [InlineData("misp.verifyCert: false is imported")]
    [InlineData("ms_auth.scope is not imported")]
    [InlineData("ms_action is not imported: Sentinel's upload API has no such setting")]
    [InlineData("ms_useragent is not imported: requests bear this program's name.")]
    [InlineData("write_parsed_indicators is not imported: each request leaves a file of its own")]
    [InlineData("ipv6-addr is not imported for ip-dst: there is one lifetime for both kinds of address, 14.")]
    [InlineData("days_to_expire_mapping: mutex is not imported")]
    [InlineData("my_own is no key of misp2sentinel's; it is not imported.")]
    [InlineData("misp-graph verify --adopt misp2sentinel")]
    public void Different_behaviour_and_skipped_settings_are_reported(string sentence)
    {
        using var folder = new SettingsFolder();

        var (output, talk) = Import(folder, Whole);

        Assert.Contains(sentence, talk, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, output + talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Graph_mode_becomes_a_graph_destination()
    {
        using var folder = new SettingsFolder();

        Import(
            folder,
            "ms_auth = {'tenant': '22222222-3333-4444-5555-666666666666', 'graph_api': True}\nms_action = 'Block'\n"
            + "ms_passiveonly = True\nms_target_product = 'Azure Sentinel'\nmisp_event_filters = {'enforceWarninglist': True}",
            folder.File);

        var settings = folder.Read().Settings;
        var graph = Assert.IsType<GraphSettings>(Assert.Single(settings.Destinations));
        Assert.Equal(
            ("graph", IndicatorAction.Block, true, "Azure Sentinel", true),
            (graph.Kind, graph.Policy.Action, graph.Policy.PassiveOnly, graph.TargetProduct, settings.Misp.EnforceWarninglist));
        Assert.Empty(settings.Misp.EventFilters);
    }

    private static (string Output, string Talk) Import(SettingsFolder folder, string python, string? to = null)
    {
        var (output, talk) = (new StringWriter(), new StringWriter());
        ConfigImport.Run(folder.Write("config.py", python), to, replace: false, SomeSettings.Options, output, talk);
        return (output.ToString(), talk.ToString());
    }
}
