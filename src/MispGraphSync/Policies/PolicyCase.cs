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
/// <param name="sources">The names of all sources; a case without one is of the first.</param>
/// <param name="now">When an attribute without a timestamp was last changed.</param>
internal sealed class PolicyCaseReader(
    string file, IReadOnlyList<string> destinations, IReadOnlyList<string> sources, DateTimeOffset now)
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
        else if (root is not null && !root.Items.Any())
        {
            // A file that was emptied by mistake must not pass.
            _faults.Add(root.Origin, SettingsFaults.File, "It has no case.");
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
        var (ofEvent, ofObject, ofAttribute) = ($"{key}.event", $"{key}.object", $"{key}.attribute");
        var given = Members(parts.GetValueOrDefault("event"), ofEvent, EventKeys);
        var place = Members(parts.GetValueOrDefault("object"), ofObject, ObjectKeys);
        var own = Members(parts.GetValueOrDefault("attribute"), ofAttribute, AttributeKeys);
        if (!own.ContainsKey("type") || !own.ContainsKey("value"))
        {
            _faults.Add(value.Origin, ofAttribute, "A case needs an attribute with a type and a value.");
            return null;
        }

        if (Text(own, "type", ofAttribute) is not { } type || Text(own, "value", ofAttribute) is not { } text) return null;

        var attribute = new MispAttribute
        {
            Uuid = Guid.Parse("00000000-0000-4000-8000-000000000001"),
            Type = type,
            Value = text,
            Category = Text(own, "category", ofAttribute),
            ToIds = !own.TryGetValue("to_ids", out var toIds) || Flag.Read(toIds, $"{ofAttribute}.to_ids", Context),
            Tags = Tags(own, ofAttribute),
            Timestamp = Moment(own, "timestamp", ofAttribute) ?? now,
            FirstSeen = Moment(own, "first_seen", ofAttribute),
            LastSeen = Moment(own, "last_seen", ofAttribute),
            ObjectRelation = Text(place, "role", ofObject),
        };
        return new PolicyCase(
            Text(parts, "name", key) ?? $"case {key}",
            new MispEvent
            {
                Uuid = Guid.Parse("00000000-0000-4000-8000-000000000002"),
                Organisation = Text(given, "organisation", ofEvent),
                Tags = Tags(given, ofEvent),
                Timestamp = attribute.Timestamp,
                Date = DateOnly.FromDateTime((Moment(given, "date", ofEvent) ?? attribute.Timestamp).UtcDateTime),
                ThreatLevel = given.TryGetValue("threatLevel", out var level)
                    ? RuleSettings.Severity.Read(level, $"{ofEvent}.threatLevel", Context)
                    : ThreatLevel.Undefined,
            },
            SourceOf(given, ofEvent),
            Text(place, "name", ofObject) is { } name
                ? new EventItem.Object(new MispObject { Name = name, Attributes = [attribute] })
                : new EventItem.Attribute(attribute),
            FactsIn(own, ofAttribute))
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
            var expected = Members(properties, $"{key}.expect.{destination}", [.. PolicyVerdict.Properties]);
            if (properties.Json is { ValueKind: JsonValueKind.Object } && !properties.Members.Any())
            {
                _faults.Add(
                    properties.Origin, $"{key}.expect.{destination}", "Name at least one property: a case without one always holds.");
            }

            foreach (var (property, value) in expected)
                yield return (destination, property, value.Json);
        }
    }

    // A wrong name would match no rule, so that the case says nothing of the real source.
    private string SourceOf(Dictionary<string, SettingValue> given, string key)
    {
        if (Text(given, "source", key) is not { } name) return sources[0];
        if (!sources.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            _faults.Add(
                given["source"].Origin, $"{key}.source",
                $"There is no source {SettingsFaults.Quote(name)}; there is {string.Join(", ", sources)}.");
        }

        return name;
    }

    private AttributeFacts? FactsIn(Dictionary<string, SettingValue> own, string key)
    {
        int? Number(string name, int most) => own.TryGetValue(name, out var value)
            ? SettingTypes.Number(0, most).Read(value, $"{key}.{name}", Context)
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
