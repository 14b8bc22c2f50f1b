using System.Net;
using System.Text.Json;
using MispGraphSync.Core.Hits;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Graph;

/// <summary>Microsoft Graph's <c>alerts_v2</c> ("List alerts_v2"): the alerts of all products, those of one of them at a time.</summary>
internal static class GraphAlerts
{
    public const string RouteName = "graph";

    public const string Role = "SecurityAlert.Read.All";

    public const string Permission =
        $"Grant the application permission {Role} (Microsoft Graph) to the app, with admin consent; a new consent takes some minutes.";

    /// <summary>The documents name 1,000 as the most.</summary>
    private const int PageSize = 1_000;

    /// <summary>Of an app and a tenant ("throttling limits").</summary>
    private const int RequestsPerMinute = 150;

    /// <summary>Without it, words that came later than the first ones are hidden.</summary>
    private const string AllWords = "include-unknown-enum-members";

    /// <summary>China's cloud has no such list.</summary>
    public static AlertRoute Route { get; } = new(RouteName)
    {
        IsForAll = true,
        Serves = settings => settings.Auth.Cloud != "china",
        Open = Open,
    };

    private static AlertReader Open(DestinationSettings settings, AlertFeed feed, Uri? endpoint, Transport transport)
    {
        var cloud = GraphKind.Hosts.In(settings.Auth.Cloud)!;
        var origin = Origin.Resolve(endpoint ?? (settings as GraphSettings)?.Endpoint, cloud, Keys.AlertsEndpoint.Path);
        var tokens = new MsalTokenSource(settings.Auth, CloudHosts.ScopeOf(cloud), transport);
        var client = new DestinationClient(
            "Graph", settings with { RequestsPerMinute = RequestsPerMinute }, origin, transport, tokens, FailureOf, "v1.0/",
            Keys.AlertsEndpoint.Path, library: GraphApi.LibraryHandlers());
        return new AlertReader(client, tokens, TimeSpan.FromMilliseconds(1), FetchAsync);

        async Task<AlertPage> FetchAsync(AlertWindow window, string? next, CancellationToken ct)
        {
            var uri = next is not null ? client.Follow(next).AbsoluteUri : First(feed, window);
            using var call = await client.SendAsync("alerts", HttpMethod.Get, uri, null, ct, prefer: AllWords, isPrivate: true)
                .ConfigureAwait(false);
            var page = client.Read(call, response => ReadPage(response, feed));
            return call.Status == HttpStatusCode.PartialContent ? page with { Gap = "Graph gave a part of its answer (206)" } : page;
        }
    }

    private static string First(AlertFeed feed, AlertWindow window)
    {
        var filter = $"serviceSource eq '{feed.Service}' and lastUpdateDateTime ge {AlertWindow.Text(window.From)} "
            + $"and lastUpdateDateTime lt {AlertWindow.Text(window.Until)}";
        return $"security/alerts_v2?$top={PageSize}&$filter={Uri.EscapeDataString(filter)}";
    }

    private static AlertPage? ReadPage(ReadOnlyMemory<byte> response, AlertFeed feed) => ResponseJson.Read(response, root =>
    {
        if (root.List("value") is not { } items) return null;
        var (alerts, count) = (new List<Alert>(), 0);
        foreach (var item in items)
        {
            count++;
            if (item.Text("serviceSource") == feed.Service && AlertOf(item, feed) is { } alert) alerts.Add(alert);
        }

        return new AlertPage(alerts, root.Text("@odata.nextLink"), IsFull: count >= PageSize);
    });

    // Null for what comes from other detections, or cannot be read.
    private static Alert? AlertOf(JsonElement item, AlertFeed feed)
    {
        var title = item.Text("title");
        var relevance = feed.Judge(item.Text("detectionSource"), title);
        if (relevance == AlertRelevance.None || item.Text("id") is not { } id) return null;
        if (AlertFeed.TimeOf(item.Instant("firstActivityDateTime"), item.Instant("createdDateTime")) is not { } first) return null;
        return new Alert
        {
            Id = id,
            Title = title,
            Link = item.Text("alertWebUrl"),
            First = first,
            Last = AlertFeed.TimeOf(item.Instant("lastActivityDateTime")) ?? first,
            Verdict = AlertFeed.VerdictOf(item.Text("classification"), item.Text("determination")),
            Relevance = relevance,
            Ids = item.Find("customDetails") is { } details ? AlertFeed.IdsIn(details.GetRawText()) : [],
            Values = item.List("evidence") is { } evidence ? [.. evidence.SelectMany(GraphEvidence.Of).Distinct()] : [],
        };
    }

    private static RunFailedException? FailureOf(ApiCall call, ErrorBody error, bool answeredBefore) => call.Status switch
    {
        HttpStatusCode.Unauthorized => new RunFailedException(
            RunOutcome.SignInFailed, $"Graph refuses the token for alerts (401): {error}",
            "Check auth.tenant and auth.cloud. " + Permission),
        HttpStatusCode.Forbidden => new RunFailedException(
            RunOutcome.SignInFailed, $"Graph refuses access to alerts (403): {error}", Permission),
        _ => null,
    };
}
