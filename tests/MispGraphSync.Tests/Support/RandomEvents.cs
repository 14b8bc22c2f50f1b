using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Misp;

namespace MispGraphSync.Tests;

/// <summary>
/// Events at the MISP of a sandbox that change at random, and what a destination must hold then. Each source is a user who sees
/// its own events only. No product code is used.
/// </summary>
/// <param name="values">How many values there are. With few of them, events share values and values come back.</param>
/// <param name="tags">Of each event, besides those that are chosen.</param>
internal sealed class RandomEvents(SandboxHost sandbox, Random random, int values, params string[] tags)
{
    private static readonly string[] Sets = ["set:one", "set:two"];

    private readonly List<MispUser> _users = [];
    private readonly Dictionary<string, Known> _events = [];
    private Warninglist? _warninglist;

    /// <summary>Decides the next changes.</summary>
    public Random Random { get; set; } = random;

    /// <summary>
    /// Also what settings choose by: red events, attributes with a TLP of their own or that are not for detection, moved attributes,
    /// two sets of events by tag, a warninglist.
    /// </summary>
    public bool IsWide { get; init; }

    /// <summary>The source that is read from files: they do not say what is on a warninglist.</summary>
    public string? SavedKey { get; set; }

    private MispState Misp => sandbox.MispState;

    /// <summary>Adds a source; its auth key is returned.</summary>
    public string AddSource(string name)
    {
        var user = new MispUser(name.PadRight(40, 'k'));
        foreach (var (uuid, _) in _events) user.Hidden.Add(uuid);
        _users.Add(user);
        Misp.Users.Add(user);
        return user.Key;
    }

    /// <summary>The strictest TLP of each wanted value, by value in order.</summary>
    public SortedDictionary<string, string> Wanted(Selection? selection = null)
    {
        var wanted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var known in _events.Values)
        {
            foreach (var (value, tlp) in Wanted(known, selection ?? new Selection()))
                wanted[value] = wanted.TryGetValue(value, out var other) ? Selection.Stricter(tlp, other) : tlp;
        }

        return wanted;
    }

    /// <summary>The values that each event of a source gives, by UUID of the event.</summary>
    public Dictionary<string, HashSet<string>> WantedByEvent(string key, Selection selection) =>
        _events.Where(one => one.Value.Key == key).ToDictionary(
            one => one.Key, one => Wanted(one.Value, selection).Select(wanted => wanted.Value).ToHashSet());

    /// <summary>The UUID of any event of a source; null when it has none.</summary>
    public string? AnyEvent(string key)
    {
        List<string> all = [.. _events.Where(one => one.Value.Key == key).Select(one => one.Key)];
        return all.Count > 0 ? Any(all) : null;
    }

    /// <summary>
    /// Writes the events of a source to a folder, a file for each, in place of all that is there. An event without attributes is
    /// always there: a folder without events is an error.
    /// </summary>
    public void Save(string key, string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var empty = new JsonObject
        {
            ["uuid"] = "5f0a0000-0000-4000-8000-00000000ffff",
            ["timestamp"] = "1",
            ["info"] = "Empty",
            ["Attribute"] = new JsonArray(),
        };
        var saved = _events.Where(one => one.Value.Key == key).Select(one => Misp.Get(one.Key)!).Append(empty);
        foreach (var one in saved)
            File.WriteAllText(Path.Combine(folder, $"{one["uuid"]}.json"), new JsonObject { ["Event"] = one }.ToJsonString());
    }

    /// <summary>Adds an event to any source.</summary>
    public void Add(int attributes)
    {
        var owner = _users.Count > 0 ? Any(_users) : Misp.User;
        var known = new Known(owner.Key, AnyTlp(), IsWide ? Any([.. Sets]) : null, []);
        var uuid = Misp.AddEvent(new JsonObject
        {
            ["info"] = $"Event {_events.Count}",
            ["Tag"] = new JsonArray([.. known.Tags.Concat(tags).Select(tag => (JsonNode)tag)]),
            ["Attribute"] = new JsonArray(),
        });
        foreach (var other in _users.Where(other => other != owner)) other.Hidden.Add(uuid);
        _events.Add(uuid, known);
        for (; attributes > 0; attributes--) AddAttribute(uuid, known);
    }

    /// <summary>Events come and go and get another TLP, attributes come, change and go.</summary>
    public void Change(int times)
    {
        for (; times > 0; times--)
        {
            if (_events.Count < 2 || Random.Next(6) == 0) Add(Random.Next(1, 6));
            else if (IsWide && Random.Next(4) == 0) ChangeChoice();
            else ChangeEvent();
        }
    }

    /// <summary>What is shown of value number so many, wherever it is.</summary>
    public static string Bare(int number) => Attribute(number).Value.Split('|')[^1];

    private void ChangeEvent()
    {
        var (uuid, known) = Any(_events.ToList());
        switch (Random.Next(5))
        {
            case 0 when _events.Count > 3:
                Misp.Remove(uuid);
                _events.Remove(uuid);
                break;
            case 1:
                known.Tlp = AnyTlp();
                Misp.SetEventTags(uuid, [.. known.Tags, .. tags]);
                break;
            case 2 when known.Attributes.Count > 0:
                RemoveAttribute(known, Any([.. known.Attributes.Keys]));
                break;
            case 3 when known.Attributes.Count > 0:
                // Another value of the same type.
                var changed = Any([.. known.Attributes.Keys]);
                var number = (known.Attributes[changed].Number % 4) + (4 * Random.Next((values + 3) / 4));
                known.Attributes[changed] = known.Attributes[changed] with { Number = number };
                Misp.SetValue(changed, Attribute(number).Value);
                break;
            default:
                AddAttribute(uuid, known);
                break;
        }
    }

    private void ChangeChoice()
    {
        var (_, known) = Any(_events.ToList());
        switch (Random.Next(4))
        {
            case 0 when known.Attributes.Count > 0:
                var (moved, attribute) = Any(known.Attributes.ToList());
                RemoveAttribute(known, moved);
                var (to, other) = Any(_events.ToList());
                AddAttribute(to, other, attribute);
                break;
            case 1 when known.Attributes.Count > 0:
                var changed = Any([.. known.Attributes.Keys]);
                known.Attributes[changed] = known.Attributes[changed] with { ToIds = !known.Attributes[changed].ToIds };
                Misp.SetToIds(changed, known.Attributes[changed].ToIds);
                break;
            case 2:
                SetWarninglist();
                break;
            default:
                Add(Random.Next(1, 6));
                break;
        }
    }

    private void SetWarninglist()
    {
        if (_warninglist is null)
        {
            var hosts = Enumerable.Range(0, values).Where(IsOnList).Select(Bare);
            _warninglist = new Warninglist(9, "List of some domains", "hostname", [.. hosts]) { Enabled = false };
            Misp.Warninglists = [.. Misp.Warninglists, _warninglist];
        }

        _warninglist.Enabled = !_warninglist.Enabled;
    }

    private static bool IsOnList(int number) => number % 8 == 0;

    private IEnumerable<(string Value, string Tlp)> Wanted(Known known, Selection selection)
    {
        if (selection.Tag is { } tag && known.Set != tag) yield break;
        foreach (var attribute in known.Attributes.Values)
        {
            var tlp = attribute.Tlp is { } own ? Selection.Stricter(own, known.Tlp) : known.Tlp;
            var isHit = _warninglist is { Enabled: true } && known.Key != SavedKey && IsOnList(attribute.Number);
            var isTaken = (attribute.ToIds || !selection.ToIdsOnly) && Selection.Rank(tlp) <= Selection.Rank(selection.MaxTlp)
                && Attribute(attribute.Number).Type != selection.ExcludedType && !(isHit && selection.EnforcesWarninglist);
            if (isTaken) yield return (Bare(attribute.Number), tlp);
        }
    }

    // Types that all kinds of destination take; the last one is an indicator with two observables at Graph.
    private static (string Type, string Value) Attribute(int number) => (number % 4) switch
    {
        0 => ("domain", $"d{number}.example"),
        1 => ("url", $"http://u{number}.example/a?b=c'd"),
        2 => ("sha256", $"{number:x64}"),
        _ => ("filename|sha256", $"file {number}.exe|{number:x64}"),
    };

    private void RemoveAttribute(Known known, string uuid)
    {
        Misp.RemoveAttribute(uuid);
        known.Attributes.Remove(uuid);
    }

    private void AddAttribute(string uuid, Known known) => AddAttribute(uuid, known, new KnownAttribute(
        Random.Next(values), ToIds: !IsWide || Random.Next(6) > 0, IsWide && Random.Next(6) == 0 ? AnyTlp() : null));

    private void AddAttribute(string uuid, Known known, KnownAttribute attribute)
    {
        var (type, value) = Attribute(attribute.Number);
        var json = new JsonObject { ["type"] = type, ["value"] = value, ["to_ids"] = attribute.ToIds };
        if (attribute.Tlp is { } tlp) json["Tag"] = new JsonArray($"tlp:{tlp}");
        known.Attributes.Add(Misp.AddAttribute(uuid, json), attribute);
    }

    private string AnyTlp() => Random.Next(IsWide ? 4 : 3) switch
    {
        0 => "green",
        3 => "red",
        _ => "amber",
    };

    private T Any<T>(List<T> list) => list[Random.Next(list.Count)];

    private sealed class Known(string key, string tlp, string? set, Dictionary<string, KnownAttribute> attributes)
    {
        public string Key => key;

        public string Tlp { get; set; } = tlp;

        public string? Set => set;

        public string[] Tags => set is null ? [$"tlp:{Tlp}"] : [$"tlp:{Tlp}", set];

        /// <summary>By UUID.</summary>
        public Dictionary<string, KnownAttribute> Attributes => attributes;
    }

    /// <param name="Number">Of the value.</param>
    /// <param name="Tlp">Null: the event's.</param>
    private sealed record KnownAttribute(int Number, bool ToIds, string? Tlp);
}

/// <summary>What the settings choose.</summary>
internal sealed record Selection
{
    private static readonly string[] Order = ["clear", "green", "amber", "amber+strict", "red"];

    /// <summary>Whatever an event has.</summary>
    public static Selection Everything { get; } = new() { MaxTlp = "red", ToIdsOnly = false, EnforcesWarninglist = false };

    public string MaxTlp { get; init; } = "amber+strict";

    public string? ExcludedType { get; init; }

    /// <summary>Only events with this tag.</summary>
    public string? Tag { get; init; }

    public bool ToIdsOnly { get; init; } = true;

    public bool EnforcesWarninglist { get; init; } = true;

    /// <summary>The lifetime of an indicator in days.</summary>
    public int Days { get; init; } = 30;

    public static int Rank(string tlp) => Array.IndexOf(Order, tlp);

    public static string Stricter(string one, string other) => Rank(one) > Rank(other) ? one : other;
}
