using System.Net;
using System.Text.Json;
using MispGraphSync.Core.Hits;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// The workspace's table <c>SecurityAlert</c>, by the query API of Log Analytics: for a workspace that is not onboarded to the Defender
/// portal. It has no analysts' decisions.
/// </summary>
internal static class LogAnalyticsAlerts
{
    public const string RouteName = "log-analytics";

    private const string Permission =
        "Give the app the role Log Analytics Reader on the workspace; a new role takes some minutes. See docs/hits.md.";

    /// <summary>Well below the limits of one answer, which are 500,000 rows and 100 MB.</summary>
    private const int PageSize = 5_000;

    /// <summary>Documented: 200 queries in 30 seconds.</summary>
    private const int RequestsPerMinute = 100;

    /// <summary>The time that the service may take; without it three minutes.</summary>
    private const string Wait = "wait=55";

    /// <summary>The query API. Its tokens have a name of their own.</summary>
    private static readonly CloudHosts Hosts = new(
        ("global", "api.loganalytics.azure.com"),
        ("gcc", "api.loganalytics.azure.com"),
        ("usgov", "api.loganalytics.us"),
        ("usgovdod", "api.loganalytics.us"));

    private static readonly CloudHosts Audiences = new(
        ("global", "api.loganalytics.io"),
        ("gcc", "api.loganalytics.io"),
        ("usgov", "api.loganalytics.us"),
        ("usgovdod", "api.loganalytics.us"));

    public static AlertRoute Route { get; } = new(RouteName)
    {
        Serves = settings => settings is SentinelSettings && Hosts.In(settings.Auth.Cloud) is not null,
        Open = (settings, feed, endpoint, transport) => Open((SentinelSettings)settings, feed, endpoint, transport),
    };

    /// <summary>Which alerts this kind's indicators raise.</summary>
    public static AlertFeed Feed { get; } = AlertFeed.OfRules(
        "microsoftSentinel",
        "Only analytics rules raise alerts: those named \"TI map …\" must be enabled, and their logs connected.",
        "Graph lists the alerts of a workspace only where it is onboarded to the Defender portal.",
        "A rule that does not name the indicator in its custom details (IndicatorId) is matched by value.");

    private static AlertReader Open(SentinelSettings settings, AlertFeed feed, Uri? endpoint, Transport transport)
    {
        var origin = Origin.Resolve(endpoint, Hosts.In(settings.Auth.Cloud)!, Keys.AlertsEndpoint.Path);
        var tokens = new MsalTokenSource(settings.Auth, CloudHosts.ScopeOf(Audiences.In(settings.Auth.Cloud)!), transport);
        var client = new DestinationClient(
            "Log Analytics", settings with { RequestsPerMinute = RequestsPerMinute }, origin, transport, tokens, FailureOf, "v1/",
            Keys.AlertsEndpoint.Path);
        return new AlertReader(client, tokens, TimeSpan.FromMilliseconds(1), FetchAsync);

        async Task<AlertPage> FetchAsync(AlertWindow window, string? next, CancellationToken ct)
        {
            var uri = $"workspaces/{settings.WorkspaceId:D}/query";
            using var call = await client.SendAsync("alerts", HttpMethod.Post, uri, BodyOf(window), ct, prefer: Wait, isPrivate: true)
                .ConfigureAwait(false);
            return client.Read(call, response => ReadPage(response, feed));
        }
    }

    // A row is written again on each change: the latest counts.
    private static PooledBuffer BodyOf(AlertWindow window)
    {
        var (from, until) = (AlertWindow.Text(window.From), AlertWindow.Text(window.Until));
        var query =
            $"""
            SecurityAlert
            | where TimeGenerated >= datetime({from}) and TimeGenerated < datetime({until})
            | where ProductName == "Azure Sentinel"
            | summarize arg_max(TimeGenerated, *) by SystemAlertId
            | project SystemAlertId, AlertName, AlertLink, ProductName, ProviderName, Status, StartTime, EndTime, TimeGenerated,
            """ + $" ExtendedProperties, Entities\n| take {PageSize}";
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("query"u8, query.ReplaceLineEndings("\n"));
        json.WriteEndObject();
        return body;
    }

    private static AlertPage? ReadPage(ReadOnlyMemory<byte> response, AlertFeed feed) => ResponseJson.Read(response, root =>
    {
        if (root.List("tables") is not { } tables) return null;
        var (alerts, count) = (new List<Alert>(), 0);
        foreach (var table in tables.Take(1))
        {
            if (table.List("columns") is not { } columns || table.List("rows") is not { } rows) return null;
            var at = columns.Select((column, i) => (Name: column.Text("name") ?? "", i)).ToLookup(one => one.Name, one => one.i);
            foreach (var row in rows)
            {
                count++;
                if (row.ValueKind == JsonValueKind.Array && AlertOf(new Row(row, at), feed) is { } alert) alerts.Add(alert);
            }
        }

        var gap = root.Find("error") is { } error ? $"Log Analytics gave a part of its answer: {ErrorBody.Read(error)}" : null;
        return new AlertPage(alerts, Next: null, IsFull: count >= PageSize, gap);
    });

    private static Alert? AlertOf(Row row, AlertFeed feed)
    {
        var title = row.Text("AlertName");
        var relevance = feed.Judge(null, title);
        if (row.Text("SystemAlertId") is not { Length: > 0 } id) return null;
        if (AlertFeed.TimeOf(row.Instant("StartTime"), row.Instant("TimeGenerated")) is not { } first) return null;
        return new Alert
        {
            // As Graph names the same alert.
            Id = "sn" + id.ToLowerInvariant(),
            Title = title,
            Link = row.Text("AlertLink"),
            First = first,
            Last = AlertFeed.TimeOf(row.Instant("EndTime")) ?? first,
            Relevance = relevance,
            Ids = AlertFeed.IdsIn(DetailsOf(row.Text("ExtendedProperties"))),
            Values = ValuesOf(row.Text("Entities")),
        };
    }

    // Custom details are JSON as text, inside of JSON as text.
    private static string DetailsOf(string? properties)
    {
        try
        {
            using var json = ForeignJson.Parse(properties ?? "{}");
            return json.RootElement.Text("Custom Details") ?? "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static IReadOnlyList<ObservedValue> ValuesOf(string? entities)
    {
        try
        {
            using var json = ForeignJson.Parse(entities ?? "[]");
            return json.RootElement.ValueKind != JsonValueKind.Array
                ? []
                : [.. json.RootElement.EnumerateArray().Select(ValueOf).OfType<ObservedValue>().Distinct()];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    // A file refers to its hashes, which are entities of their own.
    private static ObservedValue? ValueOf(JsonElement entity) => entity.Text("Type")?.ToLowerInvariant() switch
    {
        "ip" => ObservedValue.OfAddress(entity.Text("Address")),
        "url" => ObservedValue.OfUrl(entity.Text("Url")),
        "dns" => ObservedValue.OfHost(entity.Text("DomainName")),
        "filehash" => entity.Text("Algorithm")?.ToUpperInvariant() switch
        {
            "MD5" => ObservedValue.OfHash(HashAlgorithm.Md5, entity.Text("Value")),
            "SHA1" => ObservedValue.OfHash(HashAlgorithm.Sha1, entity.Text("Value")),
            "SHA256" => ObservedValue.OfHash(HashAlgorithm.Sha256, entity.Text("Value")),
            "SHA256AC" => ObservedValue.OfHash(HashAlgorithm.Authentihash, entity.Text("Value")),
            _ => null,
        },
        _ => null,
    };

    private static RunFailedException? FailureOf(ApiCall call, ErrorBody error, bool answeredBefore) => call.Status switch
    {
        HttpStatusCode.Unauthorized => new RunFailedException(
            RunOutcome.SignInFailed, $"Log Analytics refuses the token (401): {error}", "Check auth.tenant and auth.cloud. " + Permission),
        HttpStatusCode.Forbidden => new RunFailedException(
            RunOutcome.SignInFailed, $"Log Analytics refuses access to the workspace (403): {error}", Permission),
        HttpStatusCode.NotFound => new RunFailedException(
            RunOutcome.InvalidInput, $"Log Analytics has no such workspace (404): {error}", "Check workspaceId and auth.cloud."),
        _ => null,
    };

    private readonly struct Row(JsonElement cells, ILookup<string, int> at)
    {
        public string? Text(string column) => Cell(column) is { ValueKind: JsonValueKind.String } cell ? cell.GetString() : null;

        public DateTimeOffset? Instant(string column) =>
            Cell(column) is { ValueKind: JsonValueKind.String } cell && cell.TryGetDateTimeOffset(out var time) ? time : null;

        private JsonElement? Cell(string column) =>
            at[column].Cast<int?>().FirstOrDefault() is { } index && index < cells.GetArrayLength() ? cells[index] : null;
    }
}
