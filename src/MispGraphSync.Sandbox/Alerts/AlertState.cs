namespace MispGraphSync.Sandbox.Alerts;

/// <summary>The alerts of the tenant, which Graph, Defender and Log Analytics list, and the switches of these lists.</summary>
public sealed class AlertState
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Dictionary<string, Alert> _alerts = new(StringComparer.Ordinal);

    internal AlertState(TimeProvider time) => _time = time;

    /// <summary>Alerts on a page at most, whatever the request asks for.</summary>
    public int PageSize { get; set; } = 1_000;

    /// <summary>The largest <c>$top</c> that Graph takes.</summary>
    public int MaxTop { get; set; } = 1_000;

    /// <summary>A full page has no next link, although there is more.</summary>
    public bool OmitsNextLinks { get; set; }

    /// <summary>Graph answers 206 with a warning; Log Analytics names a partial error.</summary>
    public bool IsPartial { get; set; }

    /// <summary>The value of a custom detail is a JSON list as text; else it is plain text.</summary>
    public bool DetailsAreLists { get; set; } = true;

    /// <summary>The alerts of rules come without evidence in Graph.</summary>
    public bool RulesHaveNoEvidence { get; set; } = true;

    /// <summary>A URL in an evidence has no scheme and no path.</summary>
    public bool UrlsAreHosts { get; set; }

    /// <summary>Defender's own word for what Graph calls <c>customTi</c>.</summary>
    public string DefenderWord { get; set; } = "CustomerTI";

    /// <summary>Requests a minute of each list. Null = no limit.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>A copy of all, the latest change first.</summary>
    public IReadOnlyList<Alert> All
    {
        get
        {
            lock (_gate)
                return [.. _alerts.Values.OrderByDescending(one => one.LastUpdate).ThenByDescending(one => one.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>Adds an alert, or replaces the one with its id. Times that are missing are now.</summary>
    public void Put(Alert alert)
    {
        var now = _time.GetUtcNow();
        DateTimeOffset Or(DateTimeOffset given, DateTimeOffset other) => given == default ? other : given;
        var first = Or(alert.FirstActivity, now);
        lock (_gate)
        {
            _alerts[alert.Id] = alert with
            {
                Created = Or(alert.Created, now),
                LastUpdate = Or(alert.LastUpdate, now),
                FirstActivity = first,
                LastActivity = Or(alert.LastActivity, first),
            };
        }
    }

    public void Clear()
    {
        lock (_gate) _alerts.Clear();
    }

    /// <summary>The value of a custom detail as the services write it.</summary>
    internal string Written(string detail) => DetailsAreLists ? $"[\"{detail}\"]" : detail;

    /// <summary>A URL as the services write it.</summary>
    internal string WrittenUrl(string url)
    {
        if (!UrlsAreHosts) return url;
        var start = url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        return url[start..].Split('/', '?', '#')[0];
    }
}
