using System.Text.Json.Nodes;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>How a real server answered a request with the same keys.</summary>
internal enum Proof
{
    /// <summary>With success, to the same keys and switches.</summary>
    Answered,

    /// <summary>With success, but for keys that it answered in other requests to the same path.</summary>
    AnsweredInParts,

    /// <summary>There is no such recording.</summary>
    Unproven,

    /// <summary>With an error, to keys that are all in this request.</summary>
    Failed,
}

/// <summary>
/// Requests that a real MISP answered, recorded in <c>shared/data/misp-recorded</c>. Two requests are equal here when they have the
/// same path, the same keys, and the same values of switches. A switch that is 0 is one that is not sent, except those whose 0
/// means something.
/// </summary>
internal sealed class RecordedRequests
{
    /// <summary>Which events, and how many: these cause no error by themselves.</summary>
    private static readonly HashSet<string> Selection = ["returnFormat", "eventid", "limit", "page", "order"];

    private static readonly HashSet<string> SwitchesWithZero = ["published", "to_ids", "deleted", "excludeLocalTags"];

    private readonly List<(string Name, Shape Shape)> _answered = [];
    private readonly List<(string Name, Shape Shape)> _failed = [];

    private RecordedRequests()
    {
    }

    public int Count => _answered.Count + _failed.Count;

    /// <summary>All in the folder; skips the test where there is none.</summary>
    public static RecordedRequests Load()
    {
        var recorded = new RecordedRequests();
        var failed = new List<(string Name, Shape Shape)>();
        foreach (var file in Directory.GetFiles(SharedData.Require("misp-recorded"), "*.request.json").Order(StringComparer.Ordinal))
        {
            var request = JsonNode.Parse(System.IO.File.ReadAllText(file))!.AsObject();
            if (Shape.Of((string)request["path"]!, (string?)request["body"]) is not { } shape) continue;
            var name = Path.GetFileName(file).Replace(".request.json", "", StringComparison.Ordinal);
            (IsSuccess(file) ? recorded._answered : failed).Add((name, shape));
        }
        // What was answered with success at another time failed for another reason: the key, the rate limit, the memory.
        recorded._failed.AddRange(failed.Where(one => !recorded._answered.Exists(other => other.Shape.Equals(one.Shape))));
        return recorded;
    }

    /// <param name="path">Such as <c>/events/restSearch</c>.</param>
    /// <param name="body">Null for a GET.</param>
    /// <returns>With the recording, or the keys that it lacks.</returns>
    public (Proof Proof, string Why) Of(string path, string? body)
    {
        var shape = Shape.Of(path, body) ?? throw new ArgumentException("The body is no JSON object.", nameof(body));
        var cause = _failed.Find(one => one.Shape.Path == path
            && one.Shape.Keys.Where(key => !Selection.Contains(key)).ToList() is { Count: > 0 } keys && keys.All(shape.Keys.Contains));
        if (cause.Name is not null) return (Proof.Failed, cause.Name);
        var sameKeys = _answered.Find(one => one.Shape.Equals(shape));
        if (sameKeys.Name is not null) return (Proof.Answered, sameKeys.Name);

        var answered = _answered.Where(one => one.Shape.Path == path).ToList();
        var lacking = answered.Where(one => one.Shape.Keys.IsSubsetOf(shape.Keys))
            .Select(one => shape.Keys.Except(one.Shape.Keys).ToList())
            .MinBy(keys => keys.Count);
        if (lacking is null) return (Proof.Unproven, string.Join(' ', shape.Keys));
        return (lacking.TrueForAll(key => answered.Exists(one => one.Shape.Keys.Contains(key))) ? Proof.AnsweredInParts : Proof.Unproven,
            string.Join(' ', lacking));
    }

    /// <summary>The keys of a request, as text.</summary>
    public static string Keys(string path, string? body) => $"{path} {string.Join(' ', Shape.Of(path, body)!.Keys)}";

    private static bool IsSuccess(string file) =>
        System.IO.File.ReadLines(file.Replace(".request.json", ".headers.txt", StringComparison.Ordinal)).First()
            .Contains(" 200 ", StringComparison.Ordinal);

    private sealed record Shape(string Path, SortedSet<string> Keys)
    {
        public bool Equals(Shape? other) => other is not null && Path == other.Path && Keys.SetEquals(other.Keys);

        public override int GetHashCode() => Path.GetHashCode(StringComparison.Ordinal);

        public static Shape? Of(string path, string? body)
        {
            try
            {
                return JsonNode.Parse(body ?? "{}") is JsonObject json
                    ? new Shape(path, new SortedSet<string>(json.Select(pair => Key(pair.Key, pair.Value)).OfType<string>(),
                        StringComparer.Ordinal))
                    : null;
            }
            catch (System.Text.Json.JsonException)
            {
                return null;
            }
        }

        private static string? Key(string name, JsonNode? value)
        {
            var text = value?.ToJsonString().Replace("\"", "", StringComparison.Ordinal) ?? "null";
            if (IsSwitch(name)) return text is "0" && !SwitchesWithZero.Contains(name) ? null : $"{name}={text}";
            return text is "" or "[]" ? $"{name}=none" : name;
        }

        private static bool IsSwitch(string name) => SwitchesWithZero.Contains(name)
            || name is "metadata" or "withAttachments" or "enforceWarninglist" or "sgReferenceOnly" or "flatten"
            || name.StartsWith("include", StringComparison.Ordinal) || name.StartsWith("exclude", StringComparison.Ordinal)
            || name.StartsWith("no", StringComparison.Ordinal);
    }
}
