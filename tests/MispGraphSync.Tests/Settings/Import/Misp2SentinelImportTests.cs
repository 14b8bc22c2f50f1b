using MispGraphSync.Core.Domain;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Settings.Import;

public class Misp2SentinelImportTests
{
    private const string Secret = "pLain~Secret.From-The-Other-File_0123456";

    private const string Whole = $$"""
        import os
        ms_auth = {
            'tenant': '22222222-3333-4444-5555-666666666666', 'client_id': '33333333-4444-5555-6666-777777777777',
            'client_secret': '{{Secret}}', 'new_upload_api': True,
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
        dry_run = True
        my_own = 1
        """;

    /// <summary>The shape of its Azure Function: variables, a Key Vault, and a filter that a condition chooses.</summary>
    private const string Function = """
        import json, os
        from azure.keyvault.secrets import SecretClient
        key = ''
        vault = os.getenv('vault_name', '')
        tenant = os.getenv('tenant_id', '')
        app = os.getenv('client_id', '')
        secret = os.getenv('client_secret', '')
        ms_auth = {'tenant': tenant, 'client_id': app, 'client_secret': secret, 'graph_api': False, 'workspace_id': os.getenv('ws', '')}
        if not vault == '':
            client = SecretClient(vault_url=f"https://{vault}.vault.azure.net", credential=None)
            key = client.get_secret('MISP-Key').value
            ms_auth['client_secret'] = client.get_secret('ClientSecret').value
        else:
            print('no vault')
            key = os.getenv('mispkey')
        misp_key = key
        misp_domain = os.getenv('mispurl')
        misp_verifycert = False
        if not vault:
            misp_verifycert = True
        if os.getenv('misp_event_filters', None):
            misp_event_filters = json.loads(os.getenv('misp_event_filters'))
        else:
            misp_event_filters = {"published": 1, "publish_timestamp": "7d"}
        """;

    [Fact]
    public void Settings_are_imported_with_their_behaviour()
    {
        using var folder = new SettingsFolder();

        var import = ImportRun.Of(folder, Whole);
        var settings = folder.Read().Settings;

        var sentinel = Assert.IsType<SentinelSettings>(Assert.Single(settings.Destinations));
        Assert.Equal(
            ("sentinel", Guid.Parse("44444444-5555-6666-7777-888888888888"), "misp-graph", 60),
            (sentinel.Kind, sentinel.WorkspaceId!.Value, sentinel.SourceSystem, sentinel.RequestsPerMinute));
        Assert.Equal(
            ("22222222-3333-4444-5555-666666666666", "33333333-4444-5555-6666-777777777777"),
            (sentinel.Auth.Tenant, sentinel.Auth.ClientId));
        Assert.Equal(
            ("https://misp.example.net/", "env:mispkey", false, true, false, 40),
            (
                settings.Misp.Url!.ToString(),
                settings.Misp.Key!.ToString(),
                settings.Misp.VerifyCert,
                settings.Misp.ToIdsOnly,
                settings.Misp.EnforceWarninglist,
                settings.Misp.PageSize));
        Assert.Equal("""{"published":1,"tags":["tlp:green"]}""", import.Json("misp.eventFilters"));
        Assert.Equal(
            (60, 70, Tlp.Clear, Tlp.Red),
            (sentinel.Policy.DaysToExpire, sentinel.Policy.DefaultConfidence, sentinel.Policy.DefaultTlp, sentinel.Policy.MaxTlp));
        Assert.Equal("""{"ip-dst":14,"ip-src":14,"domain":90,"hostname":90}""", import.Json("expiry"));
    }

    [Theory]
    [InlineData("note: line 10: misp.key is env:mispkey, as in misp_key.")]
    [InlineData(
        "warning: defaultTlp: \"clear\" is imported (misp2sentinel marks attributes without a TLP tag as clear); recommended: \"amber\".")]
    [InlineData("warning: maxTlp: \"red\" is imported")]
    [InlineData("warning: misp.enforceWarninglist: false is imported")]
    [InlineData("warning: misp.verifyCert: false is imported")]
    [InlineData("warning: dry_run is not imported: misp-graph push sends")]
    [InlineData("to do: subscriptionId, resourceGroup and workspaceName are not all set")]
    [InlineData("ms_auth.scope is not imported")]
    [InlineData("ms_auth.new_upload_api is not imported")]
    [InlineData("ms_action is not imported: a sentinel destination has no such setting")]
    [InlineData("ms_useragent is not imported: requests have this program's name.")]
    [InlineData("write_parsed_indicators is not imported: each request leaves a file of its own")]
    [InlineData("ipv6-addr is not imported for ip-dst: there is one lifetime for both kinds of address, 14.")]
    [InlineData("days_to_expire_mapping: mutex is not imported")]
    [InlineData("Not imported, because they are no keys of misp2sentinel's: my_own.")]
    [InlineData("misp-graph verify --adopt misp2sentinel")]
    public void Different_behaviour_and_skipped_settings_are_reported(string sentence)
    {
        var import = ImportRun.Of(Whole);

        Assert.Contains(sentence, import.Messages, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, import.Output + import.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_come_before_what_to_do_and_that_before_notes()
    {
        var labels = ImportRun.Of(Function).Messages.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1]
            .Select(line => line.Split(": ")[0]);

        Assert.Equal(["warning", "to do", "note"], labels.Distinct());
        Assert.Equal(labels.OrderBy(label => Array.IndexOf(["warning", "to do", "note"], label)), labels);
    }

    [Fact]
    public void Azure_Function_becomes_a_sentinel_destination_whose_open_values_are_refused()
    {
        var import = ImportRun.Of(Function);

        Assert.Equal(("\"sentinel\"", "\"env:mispkey\"", "\"env:client_secret\""),
            (import.Json("destinations.kind"), import.Json("misp.key"), import.Json("auth.clientSecret")));
        Assert.Null(import.Json("misp.verifyCert"));
        Assert.Equal(
            ["misp.url", "misp.eventFilters", "auth.tenant", "auth.clientId", "destinations.sentinel.workspaceId"],
            import.Faults.Select(fault => fault.Split(": ")[1]));
        Assert.All(import.Faults, fault => Assert.Contains("still to be filled in", fault, StringComparison.Ordinal));
        Assert.Contains(
            "auth.tenant is still to be filled in: ms_auth.tenant is read from the environment variable tenant_id. "
            + "Write the value, or set MISP_GRAPH__AUTH__TENANT.",
            import.Messages,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Place_of_a_workspace_is_noted_where_the_destination_has_none() =>
        Assert.Contains(
            "ms_auth.workspace_id is not imported: a defender destination has no such setting.",
            ImportRun.Of(Whole, "defender").Messages,
            StringComparison.Ordinal);

    [Fact]
    public void Graph_mode_becomes_a_graph_destination()
    {
        using var folder = new SettingsFolder();

        var import = ImportRun.Of(
            folder,
            "ms_auth = {'tenant': '22222222-3333-4444-5555-666666666666', 'graph_api': True, 'client_secret': os.environ['CS'],\n"
            + "'client_id': '33333333-4444-5555-6666-777777777777'}\nms_action = 'Block'\nmisp_domain = 'misp.example'\n"
            + "ms_passiveonly = 1\nms_target_product = 'Azure Sentinel'\nmisp_event_filters = {'enforceWarninglist': True}");

        var settings = folder.Read().Settings;
        var graph = Assert.IsType<GraphSettings>(Assert.Single(settings.Destinations));
        Assert.Equal(
            ("graph", IndicatorAction.Block, true, "Azure Sentinel", true),
            (graph.Kind, graph.Policy.Action, graph.Policy.PassiveOnly, graph.TargetProduct, settings.Misp.EnforceWarninglist));
        Assert.Empty(settings.Misp.EventFilters);
        Assert.Contains("--kind sentinel or --kind defender", import.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_ms_name_means_misp2sentinel()
    {
        var import = ImportRun.Of("ms_auth = load()\nmisp_event_filters = {'published': 1}");

        Assert.Equal("\"sentinel\"", import.Json("destinations.kind"));
        Assert.Contains("ms_auth is an expression, which is not executed: check", import.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Workspace_is_imported_with_the_names_for_listing()
    {
        const string Auth = "ms_auth = {'workspace_id': '44444444-5555-6666-7777-888888888888', 'resourceGroupName': 'security', ";

        var whole = ImportRun.Of(
            Auth + "'subscription_id': '55555555-5555-6666-7777-888888888888', 'workspaceName': 'our-workspace'}\nsourcesystem = 'TI'");
        var part = ImportRun.Of(Auth + "'workspaceName': '<workspace>'}");

        Assert.Equal(
            ("\"55555555-5555-6666-7777-888888888888\"", "\"security\"", "\"our-workspace\""),
            (
                whole.Json("destinations.subscriptionId"),
                whole.Json("destinations.resourceGroup"),
                whole.Json("destinations.workspaceName")));
        Assert.Contains("misp-graph verify --adopt misp2sentinel:TI", whole.Messages, StringComparison.Ordinal);
        Assert.Equal(("\"security\"", null), (part.Json("destinations.resourceGroup"), part.Json("destinations.workspaceName")));
    }
}
