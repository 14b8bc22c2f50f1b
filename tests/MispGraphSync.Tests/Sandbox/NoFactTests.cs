using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

/// <summary>What no document and no recording describes gets a 501 that names it, and nothing happens.</summary>
public sealed class NoFactTests : IAsyncLifetime
{
    private const string Arm = "subscriptions/5b5c0000-5a5d-4b0c-8000-000000000004/resourceGroups/sandbox-rg/providers/"
        + "Microsoft.OperationalInsights/workspaces/sandbox-workspace/providers/Microsoft.SecurityInsights/threatIntelligence/main/";

    private const string Upload =
        "workspaces/3b5e0000-5a5d-4b0c-8000-000000000003/threat-intelligence-stix-objects:upload?api-version=2024-02-01-preview";

    private const string Stix = """
        "type":"indicator","spec_version":"2.1","id":"indicator--11111111-1111-4111-8111-111111111111","created":"2026-01-01T00:00:00.000Z",
        "modified":"2026-01-01T00:00:00.000Z","pattern":"[ipv4-addr:value = '198.51.100.7']","pattern_type":"stix",
        "valid_from":"2026-01-01T00:00:00.000Z"
        """;

    private const string Ti = """
        "action":"alert","description":"x","expirationDateTime":"2099-01-01T00:00:00Z","targetProduct":"Azure Sentinel",
        "threatType":"Malware","tlpLevel":"green","domainName":"evil.example"
        """;

    private SandboxHost _sandbox = null!;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync(new SandboxOptions { SampleEvents = true }, Ct);

    public async ValueTask DisposeAsync() => await _sandbox.DisposeAsync();

    private static CancellationToken Ct => SandboxClient.Ct;

    [Theory]
    [InlineData(Service.Misp, "POST", "events/restSearch", """{"typo":"x"}""", "the key typo")]
    [InlineData(Service.Misp, "POST", "events/restSearch", """{"request":{"valu":"x"}}""", "the key valu")]
    [InlineData(Service.Misp, "POST", "events/restSearch", """{"withAttachments":1}""", "the key withAttachments: 1")]
    [InlineData(Service.Misp, "POST", "attributes/restSearch", """{"includeFullModel":1}""", "the key includeFullModel")]
    [InlineData(Service.Misp, "POST", "objects/restSearch", """{"object_name":"file"}""", "the key object_name")]
    [InlineData(Service.Misp, "POST", "events/restSearch?limit=1", "{}", "the query parameter limit")]
    [InlineData(Service.Misp, "GET", "events/index", null, "GET /events/index")]
    [InlineData(Service.Misp, "POST", "sightings/add", "{}", "POST /sightings/add")]
    [InlineData(Service.Graph, "GET", "beta/security/alerts_v2", null, "GET /beta/security/alerts_v2")]
    [InlineData(Service.Graph, "GET", "v1.0/security/tiIndicators", null, "GET /v1.0/security/tiIndicators")]
    [InlineData(Service.Graph, "POST", "beta/security/tiIndicators/submitTiIndicator", "{}", "submitTiIndicator")]
    [InlineData(Service.Graph, "GET", "beta/security/tiIndicators?$count=true", null, "the query parameter $count")]
    [InlineData(Service.Graph, "GET", "beta/security/tiIndicators?$filter=severity eq 3", null, "the filter severity eq 3")]
    [InlineData(Service.Graph, "POST", "beta/security/tiIndicators/submitTiIndicators",
        """{"value":[{"domainNam":"x",""" + Ti + "}]}", "the property domainNam of a tiIndicator")]
    [InlineData(Service.Graph, "POST", "beta/security/tiIndicators", """{"DomainName":"x",""" + Ti + "}", "the property DomainName")]
    [InlineData(Service.Graph, "POST", "beta/security/tiIndicators/deleteTiIndicators", """{"value":["x"],"more":1}""",
        "the property more")]
    [InlineData(Service.Sentinel, "GET", Upload, null, "GET /workspaces")]
    [InlineData(Service.Sentinel, "POST", Upload + "&dryRun=1", "{}", "the query parameter dryRun")]
    [InlineData(Service.Sentinel, "POST", Upload, """{"sourcesystem":"x","more":1,"stixobjects":[{""" + Stix + "}]}", "the property more")]
    [InlineData(Service.Sentinel, "POST", Upload,
        """{"sourcesystem":"x","stixobjects":[{"validUntil":"x",""" + Stix + "}]}", "the property validUntil of a STIX object")]
    [InlineData(Service.Management, "GET", "subscriptions/x/resources?api-version=2021-04-01", null, "GET /subscriptions/x/resources")]
    [InlineData(Service.Management, "POST", Arm + "count?api-version=2025-09-01", "{}", "threatIntelligence/main/count")]
    [InlineData(Service.Management, "POST", Arm + "queryIndicators?api-version=2025-09-01", """{"keywords":["x"]}""",
        "the property keywords of queryIndicators")]
    [InlineData(Service.Management, "GET", Arm + "indicators?api-version=2025-09-01&$filter=x", null, "the query parameter $filter")]
    [InlineData(Service.Defender, "GET", "api/indicators/2841", null, "GET /api/indicators/2841")]
    [InlineData(Service.Defender, "GET", "api/machines", null, "GET /api/machines")]
    [InlineData(Service.Defender, "GET", "api/indicators?$select=id", null, "the query parameter $select")]
    [InlineData(Service.Defender, "POST", "api/indicators/import", """{"Indicators":[{"a":1}],"more":1}""",
        "the property more of an import")]
    [InlineData(Service.Defender, "POST", "api/indicators/BatchDelete", """{"IndicatorIds":["1"],"more":1}""", "the property more")]
    [InlineData(Service.Entra, "GET", "common/userrealm/x", null, "GET /common/userrealm/x")]
    public async Task Request_without_a_fact_is_answered_501(Service service, string method, string path, string? body, string about)
    {
        using var client = new SandboxClient(_sandbox);
        var origin = await SignInAsync(client, service);

        var (status, answer) = await client.SendAsync(new HttpMethod(method), origin, path, body is null ? null : JsonNode.Parse(body));

        Assert.Equal(501, status);
        Assert.StartsWith("The sandbox has no fact about", (string?)answer, StringComparison.Ordinal);
        Assert.Contains(about, (string?)answer, StringComparison.Ordinal);
        Assert.Equal((string?)answer, _sandbox.RequestsTo(service)[^1].Fault);
        Assert.Equal((0, 0, 0), (_sandbox.GraphState.Count, _sandbox.SentinelState.Count, _sandbox.DefenderState.Count));
    }

    [Theory]
    [InlineData("nosuchcontroller/nosuchaction", 404)]
    [InlineData("events/nosuchaction", 403)]
    [InlineData("events/servers/getVersion", 403)]
    public async Task Wrong_path_at_MISP_is_answered_as_recorded(string path, int status)
    {
        using var client = new SandboxClient(_sandbox);
        var origin = await SignInAsync(client, Service.Misp);

        Assert.Equal(status, (await client.GetAsync(origin, path)).Status);
    }

    private async Task<Uri> SignInAsync(SandboxClient client, Service service)
    {
        if (service is Service.Misp) client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", _sandbox.Options.MispKey);
        var scope = service switch
        {
            Service.Graph => "https://graph.microsoft.com",
            Service.Sentinel or Service.Management => "https://management.azure.com",
            Service.Defender => "https://api.securitycenter.microsoft.com",
            _ => null,
        };
        if (scope is not null) await client.SignInAsync(scope);
        return service switch
        {
            Service.Misp => _sandbox.Misp,
            Service.Graph => _sandbox.Graph,
            Service.Sentinel => _sandbox.Sentinel,
            Service.Management => _sandbox.Management,
            Service.Defender => _sandbox.Defender,
            _ => _sandbox.Entra,
        };
    }
}
