using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Merges what all events support into the objects that a destination shall have. Two clusters are one object only where they have the
/// same UUID, or the same number of MITRE: like names are never merged.
/// </summary>
/// <param name="find">What is known of a cluster, by its folded tag.</param>
public sealed class ContextCollector(ContextPolicy policy, Func<string, ClusterDetail?> find)
{
    /// <summary>Of one event: more say nothing about who uses what.</summary>
    private const int MostRelationsOfEvent = 2_000;

    private readonly Dictionary<string, Subject?> _subjects = new(StringComparer.Ordinal);
    private readonly Dictionary<Hash128, Entry> _objects = [];
    private readonly Dictionary<(Hash128 Actor, Hash128 Technique), Tlp> _relations = [];
    private readonly Dictionary<Hash128, Hash128?> _creators = [];

    public IEnumerable<ContextObject> Objects => _objects.Values.Select(entry => entry.Item);

    /// <summary>Which actors use which techniques, in a fixed order.</summary>
    public IEnumerable<(ContextObject Actor, ContextObject Technique, Tlp Tlp)> Relations => _relations
        .OrderBy(one => one.Key.Actor, Comparer<Hash128>.Create((one, other) => one.CompareTo(other)))
        .ThenBy(one => one.Key.Technique, Comparer<Hash128>.Create((one, other) => one.CompareTo(other)))
        .Select(one => (_objects[one.Key.Actor].Item, _objects[one.Key.Technique].Item, one.Value));

    /// <summary>The identity that created the object; null where the events that support it are not all of one organisation.</summary>
    public Hash128? CreatorOf(ContextObject item) => policy.NamesCreators ? _creators.GetValueOrDefault(item.Observables) : null;

    /// <summary>The object that a tag stands for; null where the destination does not get it.</summary>
    public ContextObject? Find(MispTag tag) =>
        ContextMap.IsContext(tag.Name)
        && Resolve(new ContextSupport(ContextMap.Fold(tag.Name), tag.Name, default, tag.IsLocal)) is { } subject
        && _objects.TryGetValue(subject.Item.Observables, out var entry) ? entry.Item : null;

    /// <param name="supports">Those of one event, then those of the next.</param>
    public void Add(IEnumerable<(long Event, ContextSupport Support)> supports)
    {
        var (last, actors, techniques) = (0L, new Dictionary<Hash128, Tlp>(), new Dictionary<Hash128, Tlp>());
        Hash128? organisation = null;
        foreach (var (@event, support) in supports)
        {
            if (@event != last) EndEvent();
            last = @event;
            if (Resolve(support) is not { } subject || !policy.Takes(subject.Item.Type)) continue;
            var key = subject.Item.Observables;
            Add(key, subject, support.Tlp);
            if (subject.Item.Type == ContextType.Identity) organisation = key;
            if (subject.Item.Type == ContextType.ThreatActor) Raise(actors, key, support.Tlp);
            if (subject.Item.Type == ContextType.AttackPattern) Raise(techniques, key, support.Tlp);
        }

        EndEvent();

        void EndEvent()
        {
            if (policy.Uses) Relate(actors, techniques);
            foreach (var created in actors.Keys.Concat(techniques.Keys))
            {
                if (!_creators.TryAdd(created, organisation) && _creators[created] != organisation) _creators[created] = null;
            }

            (organisation, actors, techniques) = (null, [], []);
        }
    }

    private void Relate(Dictionary<Hash128, Tlp> actors, Dictionary<Hash128, Tlp> techniques)
    {
        var count = 0;
        foreach (var (actor, one) in actors)
        {
            foreach (var (technique, other) in techniques)
            {
                if (++count > MostRelationsOfEvent) return;
                Raise(_relations, (actor, technique), one > other ? one : other);
            }
        }
    }

    private static void Raise<TKey>(Dictionary<TKey, Tlp> levels, TKey key, Tlp tlp)
        where TKey : notnull
    {
        if (!levels.TryGetValue(key, out var known) || tlp > known) levels[key] = tlp;
    }

    private void Add(Hash128 key, Subject subject, Tlp tlp)
    {
        if (!_objects.TryGetValue(key, out var entry))
        {
            _objects.Add(key, new Entry(subject, subject.Item with { Tlp = tlp }));
            return;
        }

        var (lead, item) = (entry.Lead, entry.Item);
        if (ReferenceEquals(lead, subject))
        {
            if (tlp > item.Tlp) _objects[key] = entry with { Item = item with { Tlp = tlp } };
            return;
        }

        var isBetter = ContextMap.Compare(subject.Text, subject.Cluster, lead.Text, lead.Cluster) < 0;
        if (isBetter) lead = subject;
        _objects[key] = new Entry(lead, lead.Item with
        {
            Tlp = tlp > item.Tlp ? tlp : item.Tlp,
            Labels = [.. item.Labels.Union(subject.Item.Labels).Order(StringComparer.Ordinal)],
        });
    }

    private Subject? Resolve(ContextSupport support)
    {
        // The same tag may be local in one event and not in another.
        var name = support.IsLocal ? $"{support.Subject}\n" : support.Subject;
        if (_subjects.TryGetValue(name, out var known)) return known;
        return _subjects[name] = Make(support);
    }

    private Subject? Make(ContextSupport support)
    {
        if (support.Subject.StartsWith(ContextSupport.Organisation, StringComparison.Ordinal))
        {
            return Guid.TryParse(support.Subject.AsSpan(ContextSupport.Organisation.Length), out var uuid)
                && ContextMap.IdentityOf(uuid, support.Text) is { } identity ? new Subject(support.Text, null, identity) : null;
        }

        var cluster = find(support.Subject);
        if (!policy.Allows(support.Text, support.IsLocal, cluster)) return null;
        return ContextMap.ObjectOf(support.Text, cluster) is { } item ? new Subject(support.Text, cluster, item) : null;
    }

    private sealed record Subject(string Text, ClusterDetail? Cluster, ContextObject Item);

    /// <param name="Lead">Whose name and text it has.</param>
    private sealed record Entry(Subject Lead, ContextObject Item);
}
