using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Misp;

namespace MispGraphSync.Tests;

/// <summary>
/// Events at the MISP of a sandbox that change at random, and what a destination must hold then. Each source is a user who sees
/// its own events only. No product code is used.
/// </summary>
/// <param name="values">How many values there are. With few of them, events share values and values come back.</param>
internal sealed class RandomEvents(SandboxHost sandbox, Random random, int values)
{
    private readonly List<MispUser> _users = [];
    private readonly Dictionary<string, Known> _events = [];

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
    public SortedDictionary<string, string> Wanted()
    {
        var wanted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var known in _events.Values)
        {
            foreach (var number in known.Attributes.Values)
            {
                var value = Bare(number);
                wanted[value] = wanted.GetValueOrDefault(value) == "amber" ? "amber" : known.Tlp;
            }
        }

        return wanted;
    }

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
        var known = new Known(owner.Key, AnyTlp(), []);
        var uuid = Misp.AddEvent(new JsonObject
        {
            ["info"] = $"Event {_events.Count}",
            ["Tag"] = new JsonArray($"tlp:{known.Tlp}"),
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
            if (_events.Count < 2 || random.Next(6) == 0)
            {
                Add(random.Next(1, 6));
                continue;
            }

            var (uuid, known) = Any(_events.ToList());
            switch (random.Next(5))
            {
                case 0 when _events.Count > 3:
                    Misp.Remove(uuid);
                    _events.Remove(uuid);
                    break;
                case 1:
                    known.Tlp = AnyTlp();
                    Misp.SetEventTags(uuid, $"tlp:{known.Tlp}");
                    break;
                case 2 when known.Attributes.Count > 0:
                    var gone = Any([.. known.Attributes.Keys]);
                    Misp.RemoveAttribute(gone);
                    known.Attributes.Remove(gone);
                    break;
                case 3 when known.Attributes.Count > 0:
                    // Another value of the same type.
                    var changed = Any([.. known.Attributes.Keys]);
                    known.Attributes[changed] = (known.Attributes[changed] % 4) + (4 * random.Next((values + 3) / 4));
                    Misp.SetValue(changed, Attribute(known.Attributes[changed]).Value);
                    break;
                default:
                    AddAttribute(uuid, known);
                    break;
            }
        }
    }

    /// <summary>What is shown of value number so many, wherever it is.</summary>
    public static string Bare(int number) => Attribute(number).Value.Split('|')[^1];

    // Types that all kinds of destination take; the last one is an indicator with two observables at Graph.
    private static (string Type, string Value) Attribute(int number) => (number % 4) switch
    {
        0 => ("domain", $"d{number}.example"),
        1 => ("url", $"http://u{number}.example/a?b=c'd"),
        2 => ("sha256", $"{number:x64}"),
        _ => ("filename|sha256", $"file {number}.exe|{number:x64}"),
    };

    private void AddAttribute(string uuid, Known known)
    {
        var number = random.Next(values);
        var (type, value) = Attribute(number);
        known.Attributes.Add(Misp.AddAttribute(uuid, new JsonObject { ["type"] = type, ["value"] = value, ["to_ids"] = true }), number);
    }

    private string AnyTlp() => random.Next(3) == 0 ? "green" : "amber";

    private T Any<T>(List<T> list) => list[random.Next(list.Count)];

    private sealed class Known(string key, string tlp, Dictionary<string, int> attributes)
    {
        public string Key => key;

        public string Tlp { get; set; } = tlp;

        /// <summary>By UUID the number of the value.</summary>
        public Dictionary<string, int> Attributes => attributes;
    }
}
