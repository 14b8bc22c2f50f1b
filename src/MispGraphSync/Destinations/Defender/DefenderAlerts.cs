using System.Net;
using System.Text.Json;
using MispGraphSync.Core.Hits;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Defender for Endpoint's own list of alerts ("List alerts"), for a tenant that grants no permission of Graph.</summary>
internal static class DefenderAlerts
{
    public const string RouteName = "defender";

    private const string Permission =
        "Grant the application permission Alert.Read.All of WindowsDefenderATP to the app, with admin consent; a new consent takes some "
        + "minutes.";

    /// <summary>The service gives up to 10,000, which with their evidence take long.</summary>
    private const int PageSize = 1_000;

    /// <summary>Documented.</summary>
    private const int RequestsPerMinute = 100;

    public static AlertRoute Route { get; } = new(RouteName)
    {
        Serves = settings => settings is DefenderSettings,
        Open = (settings, feed, endpoint, transport) => Open((DefenderSettings)settings, feed, endpoint, transport),
    };

    /// <summary>Which alerts this kind's indicators raise.</summary>
    public static AlertFeed FeedOf(DestinationSettings settings) => AlertFeed.OfCustomIndicators(
        "microsoftDefenderForEndpoint", [.. BlindSpotsOf((DefenderSettings)settings)]);

    private static IEnumerable<string> BlindSpotsOf(DefenderSettings settings)
    {
        if (settings.Policy.Action is IndicatorAction.Block or IndicatorAction.Warn && !settings.GenerateAlert)
            yield return "generateAlert is false: what is blocked or warned of raises no alert.";
        if (settings.Policy.Action == IndicatorAction.Warn) yield return "A warning does not always raise an alert.";
        if (settings.Policy.Action == IndicatorAction.Allow) yield return "What is allowed raises no alert.";
        yield return "iOS devices raise no alert.";
        yield return "An alert that a tuning rule suppresses is not listed. Several connections of one device on one day are one alert.";
        yield return "Encrypted traffic shows the host of a URL alone.";
    }

    private static AlertReader Open(DefenderSettings settings, AlertFeed feed, Uri? endpoint, Transport transport)
    {
        var origin = DefenderKind.EndpointOf(settings with { Endpoint = endpoint ?? settings.Endpoint });
        var tokens = new MsalTokenSource(settings.Auth, DefenderKind.ScopeOf(settings), transport);
        var client = new DestinationClient(
            "Defender", settings with { RequestsPerMinute = RequestsPerMinute }, origin, transport, tokens, FailureOf, "api/",
            Keys.AlertsEndpoint.Path);
        return new AlertReader(client, tokens, TimeSpan.FromSeconds(1), FetchAsync);

        async Task<AlertPage> FetchAsync(AlertWindow window, string? next, CancellationToken ct)
        {
            // The word for custom indicators is not documented, so everything is read and judged here.
            var filter = $"lastUpdateTime ge {AlertWindow.Text(window.From)} and lastUpdateTime lt {AlertWindow.Text(window.Until)}";
            var uri = next is not null ? client.Follow(next).AbsoluteUri
                : $"alerts?$top={PageSize}&$expand=evidence&$filter={Uri.EscapeDataString(filter)}";
            using var call = await client.SendAsync("alerts", HttpMethod.Get, uri, null, ct, isPrivate: true).ConfigureAwait(false);
            return client.Read(call, response => ReadPage(response, feed));
        }
    }

    private static AlertPage? ReadPage(ReadOnlyMemory<byte> response, AlertFeed feed) => ResponseJson.Read(response, root =>
    {
        if (root.List("value") is not { } items) return null;
        var (alerts, count) = (new List<Alert>(), 0);
        foreach (var item in items)
        {
            count++;
            if (AlertOf(item, feed) is { } alert) alerts.Add(alert);
        }

        return new AlertPage(alerts, root.Text("@odata.nextLink"), IsFull: count >= PageSize);
    });

    private static Alert? AlertOf(JsonElement item, AlertFeed feed)
    {
        var title = item.Text("title");
        var relevance = feed.Judge(item.Text("detectionSource"), title);
        if (relevance == AlertRelevance.None || item.Text("id") is not { } id) return null;
        if (AlertFeed.TimeOf(item.Instant("firstEventTime"), item.Instant("alertCreationTime")) is not { } first) return null;
        return new Alert
        {
            Id = id,
            Title = title,
            Link = $"https://security.microsoft.com/alerts/{Uri.EscapeDataString(id)}",
            First = first,
            Last = AlertFeed.TimeOf(item.Instant("lastEventTime")) ?? first,
            Verdict = AlertFeed.VerdictOf(item.Text("classification"), item.Text("determination")),
            Relevance = relevance,
            Values = item.List("evidence") is { } evidence ? [.. evidence.SelectMany(ValuesOf).OfType<ObservedValue>().Distinct()] : [],
        };
    }

    // Records are flat, and those of users and machines have other properties.
    private static IEnumerable<ObservedValue?> ValuesOf(JsonElement item) =>
    [
        ObservedValue.OfHash(HashAlgorithm.Sha256, item.Text("sha256")),
        ObservedValue.OfHash(HashAlgorithm.Sha1, item.Text("sha1")),
        ObservedValue.OfAddress(item.Text("ipAddress")),
        ObservedValue.OfUrl(item.Text("url")),
    ];

    private static RunFailedException? FailureOf(ApiCall call, ErrorBody error, bool answeredBefore) => call.Status switch
    {
        HttpStatusCode.Unauthorized => new RunFailedException(
            RunOutcome.SignInFailed, $"Defender refuses the token for alerts (401): {error}",
            "Check auth.tenant and auth.cloud. " + Permission),
        HttpStatusCode.Forbidden => new RunFailedException(
            RunOutcome.SignInFailed, $"Defender refuses access to alerts (403): {error}", Permission),
        _ => null,
    };
}
