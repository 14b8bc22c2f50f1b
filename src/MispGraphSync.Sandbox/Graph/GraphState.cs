using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>
/// The indicators held at Graph. Expired ones are gone by <see cref="SandboxOptions.Time"/>.
/// Submitting is a plain create: twice the same external id is two indicators.
/// </summary>
public sealed partial class GraphState
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly List<TiIndicator?> _slots = [];
    private readonly Dictionary<string, TiIndicator> _byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, TiIndicator> _byExternalId = new(StringComparer.Ordinal);

    internal GraphState(TimeProvider time) => _time = time;

    public int Count
    {
        get
        {
            lock (_gate) return Live().Count();
        }
    }

    /// <summary>All that are active now, of every application, oldest first.</summary>
    public IReadOnlyList<TiIndicator> All()
    {
        lock (_gate) return Live().ToArray();
    }

    /// <summary>All active with this external id. More than one means that a client submitted twice.</summary>
    public IReadOnlyList<TiIndicator> WithExternalId(string externalId)
    {
        lock (_gate) return Twins(externalId).ToArray();
    }

    /// <summary>Adds an indicator without applying any rule, e.g. one of another application.</summary>
    public TiIndicator Seed(string appId, JsonObject item)
    {
        using var json = JsonDocument.Parse(item.ToJsonString());
        return Add(appId, TiItem.Read(json.RootElement, enumerationsToo: false))!;
    }

    public bool Remove(string id)
    {
        lock (_gate) return _byId.TryGetValue(id, out var found) && Drop(found);
    }

    public void Clear()
    {
        lock (_gate)
        {
            _slots.Clear();
            _byId.Clear();
            _byExternalId.Clear();
        }
    }

    /// <summary>What brings back all that is held now.</summary>
    public Action Snapshot()
    {
        lock (_gate)
        {
            var then = _slots.ConvertAll(one => one?.Copy());
            return () =>
            {
                lock (_gate)
                {
                    Clear();
                    _slots.AddRange(then.ConvertAll(one => one?.Copy()));
                    foreach (var one in _slots.OfType<TiIndicator>())
                    {
                        _byId.Add(one.Id, one);
                        Link(one);
                    }
                }
            };
        }
    }

    /// <summary>Null when the capacity of Defender's indicators is used up.</summary>
    internal TiIndicator? Add(string appId, TiItem item)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            var number = _slots.Count + 1;
            var isDefenders = item.IsForDefender;
            if (isDefenders && CountForDefender() >= DefenderCapacity) return null;

            var id = isDefenders ? $"{1_004_000 + number}" : new Guid(number, 0x5a5d, 0x4b0c, 0x80, 0, 0, 0, 0, 0, 0, 1).ToString("D");
            var added = new TiIndicator(id, appId, item, now) { Slot = number - 1 };

            _slots.Add(added);
            _byId.Add(added.Id, added);
            Link(added);
            return added;
        }
    }

    internal TiIndicator? Find(string appId, string id)
    {
        lock (_gate) return _byId.TryGetValue(id, out var found) && found.AppId == appId && IsLive(found) ? found : null;
    }

    internal void Update(TiIndicator indicator, TiItem change)
    {
        lock (_gate)
        {
            Unlink(indicator);
            indicator.Merge(change);
            Link(indicator);
        }
    }

    internal bool Delete(string appId, string id) => Find(appId, id) is { } found && Remove(found.Id);

    /// <summary>All of them, when there are several.</summary>
    internal bool DeleteByExternalId(string appId, string externalId)
    {
        lock (_gate)
        {
            var found = Twins(externalId).Where(one => one.AppId == appId).ToArray();
            foreach (var one in found) Drop(one);
            return found.Length > 0;
        }
    }

    /// <summary>A page from a slot on, and the slot at which the next one begins, if there is more.</summary>
    internal (List<TiIndicator> Page, int? Next) Page(string appId, int from, int size, string? externalId)
    {
        var now = _time.GetUtcNow();
        var page = new List<TiIndicator>(size);
        lock (_gate)
        {
            for (var slot = Math.Max(0, from); slot < _slots.Count; slot++)
            {
                if (_slots[slot] is not { } one || one.AppId != appId || !IsLive(one) || one.Ingested + ReadLag > now) continue;
                if (externalId is not null && one.ExternalId != externalId) continue;
                if (page.Count == size) return (page, slot);

                page.Add(one);
            }
        }

        return (page, null);
    }

    private int CountForDefender() => _byId.Values.Count(one => IsLive(one) && one.TargetProduct == TiProperties.Products[1]);

    private IEnumerable<TiIndicator> Live() => _byId.Values.Where(IsLive).OrderBy(one => one.Slot);

    private bool IsLive(TiIndicator indicator) => indicator.Expires > _time.GetUtcNow();

    private IEnumerable<TiIndicator> Twins(string externalId)
    {
        for (var one = _byExternalId.GetValueOrDefault(externalId); one is not null; one = one.Twin)
        {
            if (IsLive(one)) yield return one;
        }
    }

    private bool Drop(TiIndicator indicator)
    {
        Unlink(indicator);
        _slots[indicator.Slot] = null;
        return _byId.Remove(indicator.Id);
    }

    private void Link(TiIndicator indicator)
    {
        if (indicator.ExternalId is not { } key) return;
        indicator.Twin = _byExternalId.GetValueOrDefault(key);
        _byExternalId[key] = indicator;
    }

    private void Unlink(TiIndicator indicator)
    {
        if (indicator.ExternalId is not { } key) return;
        var head = _byExternalId.GetValueOrDefault(key);
        if (head == indicator)
        {
            if (indicator.Twin is { } older) _byExternalId[key] = older;
            else _byExternalId.Remove(key);
        }
        else
        {
            while (head is not null && head.Twin != indicator) head = head.Twin;
            if (head is not null) head.Twin = indicator.Twin;
        }

        indicator.Twin = null;
    }
}
