using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MispGraphSync.Settings;

namespace MispGraphSync.Policies;

/// <summary>One case of <c>policy test</c>: an attribute in its surroundings, and what shall become of it.</summary>
internal sealed record PolicyCase(string Name, MispEvent Event, string Source, EventItem Item, AttributeFacts? Facts)
{
    /// <summary>By destination and property.</summary>
    public required IReadOnlyList<(string Destination, string Property, JsonElement Value)> Expected { get; init; }
}

/// <summary>Reads the cases of a file. Everything but the attribute and what is expected may be missing.</summary>
/// <param name="now">When an attribute without a timestamp was last changed.</param>
internal sealed class PolicyCaseReader(string file, IReadOnlyList<string> destinations, string source, DateTimeOffset now)
{
    private static readonly string[] CaseKeys = ["name", "event", "object", "attribute", "expect"];
    private static readonly string[] EventKeys = ["tags", "threatLevel", "organisation", "source", "date"];
    private static readonly string[] ObjectKeys = ["name", "role"];
    private static readonly string[] AttributeKeys =
        ["type", "value", "to_ids", "category", "tags", "timestamp", "first_seen", "last_seen", "decayScore", "falsePositives"];

    private static readonly SettingType<bool> Flag = SettingTypes.Bool;
    private readonly SettingsFaults _faults = new();

    private ReadContext Context => new(_faults, Path.GetDirectoryName(file)!);

    /// <exception cref="RunFailedException">InvalidInput: with every fault and its line.</exception>
    public IReadOnlyList<PolicyCase> Read(byte[] text)
    {
        var root = SettingsJson.Parse(text, key: "", line => SettingOrigin.File(file, line), _faults);
        if (root is { Json.ValueKind: not JsonValueKind.Array })
        {
            _faults.Add(
                root.Origin, SettingsFaults.File, "It must be a list of cases: [ { \"name\": …, \"attribute\": …, \"expect\": … } ].");
        }

        List<PolicyCase> cases = [.. (root?.Items ?? []).Select((item, i) => ReadCase(item, $"[{i}]")).OfType<PolicyCase>()];
        if (_faults.All.Count > 0)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"The cases have faults:\n  {string.Join("\n  ", _faults.All)}", "docs/rules.md shows a case.");
        }

        return cases;
    }

    private PolicyCase? ReadCase(SettingValue value, string key)
    {
        var parts = Members(value, key, CaseKeys);
        var given = Members(parts.GetValueOrDefault("event"), $"{key}.event", EventKeys);
        var place = Members(parts.GetValueOrDefault("object"), $"{key}.object", ObjectKeys);
        var own = Members(parts.GetValueOrDefault("attribute"), $"{key}.attribute", AttributeKeys);
        if (Text(own, "type", key) is not { } type || Text(own, "value", key) is not { } text)
        {
            _faults.Add(value.Origin, $"{key}.attribute", "A case needs an attribute with a type and a value.");
            return null;
        }

        var attribute = new MispAttribute
        {
            Uuid = Guid.Parse("00000000-0000-4000-8000-000000000001"),
            Type = type,
            Value = text,
            Category = Text(own, "category", key),
            ToIds = !own.TryGetValue("to_ids", out var toIds) || Flag.Read(toIds, $"{key}.attribute.to_ids", Context),
            Tags = Tags(own, key),
            Timestamp = Moment(own, "timestamp", key) ?? now,
            FirstSeen = Moment(own, "first_seen", key),
            LastSeen = Moment(own, "last_seen", key),
            ObjectRelation = Text(place, "role", key),
        };
        return new PolicyCase(
            Text(parts, "name", key) ?? $"case {key}",
            new MispEvent
            {
                Uuid = Guid.Parse("00000000-0000-4000-8000-000000000002"),
                Organisation = Text(given, "organisation", key),
                Tags = Tags(given, key),
                Timestamp = attribute.Timestamp,
                Date = DateOnly.FromDateTime((Moment(given, "date", key) ?? attribute.Timestamp).UtcDateTime),
                ThreatLevel = given.TryGetValue("threatLevel", out var level)
                    ? RuleSettings.Severity.Read(level, $"{key}.event.threatLevel", Context)
                    : ThreatLevel.Undefined,
            },
            Text(given, "source", key) ?? source,
            Text(place, "name", key) is { } name
                ? new EventItem.Object(new MispObject { Name = name, Attributes = [attribute] })
                : new EventItem.Attribute(attribute),
            FactsIn(own, key))
        {
            Expected = [.. ReadExpected(parts.GetValueOrDefault("expect"), value, key)],
        };
    }

    private IEnumerable<(string Destination, string Property, JsonElement Value)> ReadExpected(
        SettingValue? expect, SettingValue owner, string key)
    {
        var byDestination = Members(expect, $"{key}.expect", [.. destinations]);
        if (byDestination.Count == 0) _faults.Add((expect ?? owner).Origin, $"{key}.expect", "A case needs at least one destination here.");
        foreach (var (destination, properties) in byDestination)
        {
            foreach (var (property, value) in Members(properties, $"{key}.expect.{destination}", [.. PolicyVerdict.Properties]))
                yield return (destination, property, value.Json);
        }
    }

    private AttributeFacts? FactsIn(Dictionary<string, SettingValue> own, string key)
    {
        int? Number(string name, int most) => own.TryGetValue(name, out var value)
            ? SettingTypes.Number(0, most).Read(value, $"{key}.attribute.{name}", Context)
            : null;
        var facts = new AttributeFacts { DecayScore = Number("decayScore", 100), FalsePositives = Number("falsePositives", 1_000_000) };
        return facts == new AttributeFacts() ? null : facts;
    }

    private Dictionary<string, SettingValue> Members(SettingValue? value, string key, string[] known)
    {
        var members = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        if (value is null) return members;
        if (value.Json.ValueKind != JsonValueKind.Object) _faults.Add(value.Origin, key, "It must be an object.");
        foreach (var (name, member) in value.Members)
        {
            if (known.Contains(name)) members[name] = member;
            else _faults.Add(member.Origin, key, $"{SettingsFaults.Quote(name)} is not known here. {DidYouMean.OrAll(name, known)}");
        }

        return members;
    }

    private string? Text(Dictionary<string, SettingValue> parts, string name, string key) =>
        parts.TryGetValue(name, out var value) ? SettingTypes.AnyText.Read(value, $"{key}.{name}", Context) : null;

    private ImmutableArray<MispTag> Tags(Dictionary<string, SettingValue> parts, string key) => parts.TryGetValue("tags", out var value)
        ? [.. (SettingTypes.List(SettingTypes.AnyText).Read(value, $"{key}.tags", Context) ?? []).Select(tag => new MispTag(tag))]
        : [];

    private DateTimeOffset? Moment(Dictionary<string, SettingValue> parts, string name, string key)
    {
        if (Text(parts, name, key) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)) return moment;
        _faults.Add(
            parts[name].Origin, $"{key}.{name}",
            $"{SettingsFaults.Quote(text)} is no time such as \"2026-01-31\" or \"2026-01-31T12:00:00Z\".");
        return null;
    }
}
