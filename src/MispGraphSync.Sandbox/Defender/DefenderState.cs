using System.Globalization;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Defender;

/// <summary>
/// The tenant's custom indicators, one for each type and value, and the switches of the service. Expired ones are gone by
/// <see cref="SandboxOptions.Time"/>.
/// </summary>
public sealed class DefenderState
{
    /// <summary>Later ones are ignored, without an error.</summary>
    private static readonly string[] SetOnCreate = ["action", "application"];

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly SortedDictionary<long, DefenderIndicator> _byNumber = [];
    private readonly Dictionary<(string Type, string Value), DefenderIndicator> _byValue = [];
    private long _last = 2840;
    private DateTimeOffset _soonest = DateTimeOffset.MaxValue;

    internal DefenderState(TimeProvider time) => _time = time;

    /// <summary>Active indicators that the tenant may hold, all creators together.</summary>
    public int Capacity { get; set; } = 15_000;

    /// <summary>Above the capacity the whole import is refused, instead of the items that are too many.</summary>
    public bool CapacityFailsBatch { get; set; }

    public int MaxBatch { get; set; } = 500;

    public int MaxTop { get; set; } = 10_000;

    /// <summary>Items a page when <c>$top</c> is not sent.</summary>
    public int DefaultTop { get; set; } = 1000;

    /// <summary>Imports, and batch deletions, in a minute; documented is 30. Null = no limit.</summary>
    public int? ImportsPerMinute { get; set; }

    /// <summary>Other calls in a minute; documented is 100. Null = no limit.</summary>
    public int? CallsPerMinute { get; set; }

    public RetryAfterForm ThrottleForm { get; set; } = RetryAfterForm.Seconds;

    /// <summary>Addresses of 192.0.2.0/24 and the like are taken, which the service would not do.</summary>
    public bool TakesDocumentationAddresses { get; set; }

    /// <summary>The second of two equal values in one import fails.</summary>
    public bool RefusesDuplicatesInBatch { get; set; } = true;

    /// <summary>Items of an import's answer are in a different order from the request.</summary>
    public bool ReversesAnswers { get; set; }

    /// <summary>Answers have URLs as their standard writes them: a slash for an empty path.</summary>
    public bool RewritesUrls { get; set; }

    /// <summary>An indicator of this value is refused.</summary>
    public string? RefusedValue { get; set; }

    /// <summary>Lists give <c>externalID</c> back, which no document says.</summary>
    public bool ListsExternalIds { get; set; }

    /// <summary>Lists end with a web category, which the API does not take.</summary>
    public bool ListsWebCategory { get; set; }

    /// <summary>An application with <c>Ti.ReadWrite</c> alone may write a value that another created. Not documented.</summary>
    public bool TakesValuesOfOthers { get; set; }

    /// <summary>An application with <c>Ti.ReadWrite</c> alone sees what others created. Documented is that it does not.</summary>
    public bool ListsValuesOfOthers { get; set; }

    /// <summary>Whoever imports a value of another becomes its creator. If not, only its last updater.</summary>
    public bool ImportChangesCreator { get; set; }

    /// <summary>How long a new indicator is missing from lists.</summary>
    public TimeSpan ReadLag { get; set; }

    public int Count => All().Count;

    /// <summary>All active indicators, of every application.</summary>
    public IReadOnlyList<DefenderIndicator> All()
    {
        lock (_gate)
        {
            Expire();
            return [.. _byNumber.Values];
        }
    }

    public DefenderIndicator? Find(string type, string value)
    {
        lock (_gate)
        {
            Expire();
            return _byValue.GetValueOrDefault(Key(type, value));
        }
    }

    /// <summary>Adds an indicator without applying any rule, e.g. one of another application.</summary>
    /// <param name="isOfUser">A user made it in the portal.</param>
    public DefenderIndicator Seed(string createdBy, JsonObject fields, bool isOfUser = false)
    {
        lock (_gate) return Add(createdBy, isOfUser, (JsonObject)fields.DeepClone(), _time.GetUtcNow());
    }

    public bool Remove(string id)
    {
        lock (_gate)
        {
            return long.TryParse(id, CultureInfo.InvariantCulture, out var number)
                && _byNumber.TryGetValue(number, out var found) && Drop(found);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _byNumber.Clear();
            _byValue.Clear();
        }
    }

    /// <summary>What brings back all that is held now.</summary>
    public Action Snapshot()
    {
        lock (_gate)
        {
            var (then, last) = (_byNumber.Values.Select(one => one.Copy()).ToList(), _last);
            return () =>
            {
                lock (_gate)
                {
                    Clear();
                    (_last, _soonest) = (last, DateTimeOffset.MaxValue);
                    foreach (var one in then) Put(one.Copy());
                }
            };
        }
    }

    /// <summary>Creates or updates. Null if there is no room, or if the value is another application's.</summary>
    internal (DefenderIndicator? Indicator, string? Fault) Submit(string app, bool touchesForeign, JsonObject fields)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            Expire();
            var held = _byValue.GetValueOrDefault(Key(fields["indicatorType"]!.ToString(), fields["indicatorValue"]!.ToString()));
            if (held is null && _byNumber.Count >= Capacity) return (null, "The maximum number of indicators has been reached.");
            if (held is null) return (Add(app, isOfUser: false, fields, now), null);
            var isForeign = held.CreatedBy != app;
            if (isForeign && !touchesForeign && !TakesValuesOfOthers)
                return (null, "An indicator with this value was created by another source.");

            foreach (var name in SetOnCreate)
            {
                if (held.Fields[name] is { } first) fields[name] = first.DeepClone();
                else fields.Remove(name);
            }

            held.Take(fields, app, now);
            if (isForeign && ImportChangesCreator) held.ChangeCreator(app);
            Soonest(held);
            return (held, null);
        }
    }

    internal int Room()
    {
        lock (_gate)
        {
            Expire();
            return Capacity - _byNumber.Count;
        }
    }

    /// <summary>What this caller can see, in order of creation.</summary>
    internal List<DefenderIndicator> Visible(string app, bool seesForeign)
    {
        var horizon = _time.GetUtcNow() - ReadLag;
        return [.. All().Where(one => (seesForeign || ListsValuesOfOthers || one.CreatedBy == app) && one.Created <= horizon)];
    }

    /// <summary>All or nothing: false when any of them is not there for this caller.</summary>
    internal bool Delete(string app, bool touchesForeign, IReadOnlyList<long> numbers)
    {
        lock (_gate)
        {
            Expire();
            var found = numbers.Select(number => _byNumber.GetValueOrDefault(number)).ToArray();
            if (found.Any(one => one is null || (one.CreatedBy != app && !touchesForeign))) return false;
            foreach (var one in found) Drop(one!);
            return true;
        }
    }

    private DefenderIndicator Add(string createdBy, bool isOfUser, JsonObject fields, DateTimeOffset now) =>
        Put(new DefenderIndicator(++_last, createdBy, isOfUser, fields, now));

    private DefenderIndicator Put(DefenderIndicator added)
    {
        _byNumber.Add(added.Number, added);
        _byValue[Key(added.Type, added.Value)] = added;
        Soonest(added);
        return added;
    }

    private bool Drop(DefenderIndicator indicator)
    {
        _byValue.Remove(Key(indicator.Type, indicator.Value));
        return _byNumber.Remove(indicator.Number);
    }

    private void Expire()
    {
        var now = _time.GetUtcNow();
        if (now < _soonest) return; // asked at every item, so it must cost nothing when nothing has run out

        foreach (var gone in _byNumber.Values.Where(one => one.Expires <= now).ToArray()) Drop(gone);
        _soonest = _byNumber.Values.Min(one => one.Expires) ?? DateTimeOffset.MaxValue;
    }

    private void Soonest(DefenderIndicator indicator)
    {
        if (indicator.Expires < _soonest) _soonest = indicator.Expires.Value;
    }

    private static (string Type, string Value) Key(string type, string value) => (type, value.ToLowerInvariant());
}
