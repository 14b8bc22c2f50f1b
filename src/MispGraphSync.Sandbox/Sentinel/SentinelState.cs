using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>What the workspace holds, one record for each STIX id and source system, and the switches of both APIs.</summary>
public sealed class SentinelState
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Dictionary<(string Source, string Id), Record> _records = [];
    private readonly List<Record> _order = [];

    internal SentinelState(TimeProvider time) => _time = time;

    public int MaxBatch { get; set; } = 100;

    /// <summary>A longer body is answered 413. Null = no limit.</summary>
    public int? MaxBodyBytes { get; set; }

    /// <summary>The documented throttle is 100. Null = none.</summary>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Documented is the sentence in the body; a header is not.</summary>
    public RetryAfterForm ThrottleForm { get; set; } = RetryAfterForm.Body;

    /// <summary><c>errorMessages</c> in the article, <c>validationErrorMessages</c> in the specification.</summary>
    public string ErrorListName { get; set; } = "errorMessages";

    /// <summary>The status for a batch without any valid object: 400 or 200, both with <c>errors</c>.</summary>
    public int AllFailedStatus { get; set; } = 400;

    /// <summary>An object with this text in it is refused.</summary>
    public string? RefusedValue { get; set; }

    /// <summary>The status for an app without the role: 401 or 403. 401 is the harder one for a client.</summary>
    public int RoleRefusalStatus { get; set; } = 401;

    /// <summary>An app without the role gets a sentence in plain text instead of JSON.</summary>
    public bool RefusesInProse { get; set; }

    /// <summary>How long after an upload ARM shows it.</summary>
    public TimeSpan ReadLag { get; set; }

    /// <summary>ARM does not list what is revoked; no document says whether it does.</summary>
    public bool HidesRevoked { get; set; }

    /// <summary>An object is refused that refers to one that is not there; no document says whether they are looked at.</summary>
    public bool ChecksReferences { get; set; }

    /// <summary>ARM's preview <c>query</c> lists what is revoked; no document says whether it does.</summary>
    public bool QueryHidesRevoked { get; set; }

    /// <summary>What ARM cuts <c>pageSize</c> down to.</summary>
    public int MaxPageSize { get; set; } = 100;

    /// <summary>ARM looks for the token in the body only, as documented; one in the URL gives the first page again.</summary>
    public bool SkipTokenInBodyOnly { get; set; }

    /// <summary>ARM answers the last page with an empty page and the same link for ever.</summary>
    public bool PagesNeverEnd { get; set; }

    /// <summary>How many subscriptions ARM lists before that of the workspace.</summary>
    public int OtherSubscriptions { get; set; } = 2;

    public int SubscriptionsPerPage { get; set; } = 2;

    /// <summary>The workspaces of the first subscription may not be listed.</summary>
    public bool ForbidsFirstSubscription { get; set; }

    /// <summary>ARM's list of workspaces lacks the workspace.</summary>
    public bool HidesWorkspace { get; set; }

    /// <summary>The workspace's analytics rules. By default one of ours and one of Microsoft's own feed.</summary>
    public IList<AlertRule> Rules { get; } =
    [
        new("Microsoft Defender Threat Intelligence Analytics", "ThreatIntelligence", IsEnabled: true, ""),
        new("MISP: domain or subdomain seen", "Scheduled", IsEnabled: true, "ThreatIntelIndicators | where SourceSystem == \"misp-graph\""),
    ];

    /// <summary>ARM has a path for queries. No document describes it; tools use it.</summary>
    public bool AnswersQueries { get; set; } = true;

    /// <summary>The workspace has the table of indicators.</summary>
    public bool HasTable { get; set; } = true;

    /// <summary>Uploads reach that table.</summary>
    public bool FillsTable { get; set; } = true;

    public int Count
    {
        get
        {
            lock (_gate) return _records.Count;
        }
    }

    /// <summary>All that was uploaded, revoked and expired ones too, in order of their first upload; no lag.</summary>
    public IReadOnlyList<StixObject> All()
    {
        lock (_gate) return [.. _order.Select(record => record.Latest)];
    }

    /// <summary>Those that analytics rules would use now: indicators neither revoked nor expired.</summary>
    public IReadOnlyList<StixObject> Active()
    {
        var now = _time.GetUtcNow();
        return [.. All().Where(one => one is { Type: "indicator", Revoked: false } && !(one.ValidUntil <= now))];
    }

    public StixObject? Find(string source, string id)
    {
        lock (_gate) return _records.TryGetValue((source, id), out var record) ? record.Latest : null;
    }

    internal bool HasEnd(string source, JsonElement item, string property) =>
        StixRules.Text(item, property) is { } id && Find(source, id) is { Revoked: false };

    /// <summary>Adds an object without applying any rule, e.g. one of another source.</summary>
    public void Seed(string source, JsonObject item)
    {
        using var json = JsonDocument.Parse(item.ToJsonString());
        Upload(source, json.RootElement);
    }

    public void Clear()
    {
        lock (_gate)
        {
            _records.Clear();
            _order.Clear();
        }
    }

    /// <summary>What brings back all that is held now.</summary>
    public Action Snapshot()
    {
        lock (_gate)
        {
            var then = _order.ConvertAll(record => record.Copy());
            return () =>
            {
                lock (_gate)
                {
                    Clear();
                    foreach (var record in then) Put(record.Copy());
                }
            };
        }
    }

    /// <summary>The newest upload wins; one whose <c>modified</c> is not later is accepted and changes nothing.</summary>
    internal void Upload(string source, JsonElement item)
    {
        var now = _time.GetUtcNow();
        var key = (source, StixRules.Text(item, "id")!);
        var revoked = item.TryGetProperty("revoked", out var flag) && flag.ValueKind == JsonValueKind.True;
        lock (_gate)
        {
            if (!_records.TryGetValue(key, out var record))
            {
                Put(new Record(new StixObject(source, item, revoked, now, now)));
                return;
            }

            if (item.GetProperty("modified").GetDateTimeOffset() <= record.Latest.Modified) return;
            record.Replace(new StixObject(source, item, revoked || record.Latest.Revoked, record.Latest.FirstIngested, now), now - ReadLag);
        }
    }

    /// <summary>What ARM shows from a place in the order on, and the next place, if there is more.</summary>
    internal (List<StixObject> Page, int? Next) Page(int from, int size, Func<StixObject, bool> wanted) =>
        Page(from, size, ["indicator"], HidesRevoked, wanted);

    /// <inheritdoc cref="Page(int, int, Func{StixObject, bool})"/>
    internal (List<StixObject> Page, int? Next) Page(
        int from, int size, string[] types, bool hidesRevoked, Func<StixObject, bool> wanted)
    {
        var horizon = _time.GetUtcNow() - ReadLag;
        var page = new List<StixObject>(size);
        lock (_gate)
        {
            for (var place = Math.Max(0, from); place < _order.Count; place++)
            {
                if (_order[place].AsOf(horizon) is not { } shown || !types.Contains(shown.Type) || !wanted(shown)) continue;
                if (hidesRevoked && shown.Revoked) continue;
                if (page.Count == size) return (page, place);

                page.Add(shown);
            }
        }

        return (page, null);
    }

    private void Put(Record record)
    {
        _records.Add((record.Latest.Source, record.Latest.Id), record);
        _order.Add(record);
    }

    private sealed class Record(StixObject first)
    {
        private StixObject? _shown;

        public StixObject Latest { get; private set; } = first;

        public Record Copy() => (Record)MemberwiseClone();

        public void Replace(StixObject newer, DateTimeOffset horizon)
        {
            _shown = AsOf(horizon) ?? _shown;
            Latest = newer;
        }

        public StixObject? AsOf(DateTimeOffset horizon) => Latest.Ingested <= horizon ? Latest : _shown;
    }
}
