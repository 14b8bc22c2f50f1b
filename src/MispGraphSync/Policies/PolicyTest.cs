using System.Text.Json;
using MispGraphSync.Core.Planning;
using MispGraphSync.Settings;

namespace MispGraphSync.Policies;

/// <summary><c>policy test --output json</c></summary>
internal sealed record PolicyTestResult(int Schema, bool Ok, IReadOnlyList<PolicyCaseResult> Cases);

internal sealed record PolicyCaseResult(string Name, bool Ok, IReadOnlyList<PolicyDifference> Differences);

/// <param name="Rule">The rule that decided the property; null for none.</param>
internal sealed record PolicyDifference(string Destination, string Property, string Expected, string Actual, string? Rule);

/// <summary>Tries rules on cases: the mapping and the decisions of a push, without a network. Filters are not evaluated.</summary>
internal sealed class PolicyTest(
    AppSettings settings, Func<DestinationSettings, IDestination> open, NeverBlock neverBlock, DateTimeOffset now)
{
    public PolicyTestResult Run(IReadOnlyList<PolicyCase> cases)
    {
        var destinations = settings.Destinations.ToDictionary(one => one.Name, open);
        List<PolicyCaseResult> results = [.. cases.Select(one => Run(one, destinations))];
        return new PolicyTestResult(1, results.TrueForAll(one => one.Ok), results);
    }

    private PolicyCaseResult Run(PolicyCase one, Dictionary<string, IDestination> destinations)
    {
        var source = settings.Sources.First(source => source.Name.Equals(one.Source, StringComparison.OrdinalIgnoreCase));
        var verdicts = one.Expected.Select(expected => expected.Destination).Distinct()
            .ToDictionary(name => name, name => PolicyVerdict.Of(one, destinations[name], neverBlock, source, now));
        List<PolicyDifference> differences = [.. one.Expected.Select(expected =>
        {
            var verdict = verdicts[expected.Destination];
            var actual = verdict.Values.GetValueOrDefault(expected.Property, "null");
            return IsSame(expected.Value, actual) ? null : new PolicyDifference(
                expected.Destination, expected.Property, expected.Value.GetRawText(), actual,
                verdict.Rules.GetValueOrDefault(expected.Property));
        }).OfType<PolicyDifference>()];
        return new PolicyCaseResult(one.Name, differences.Count == 0, differences);
    }

    private static bool IsSame(JsonElement expected, string actual) => expected.ValueKind == JsonValueKind.String
        ? actual.Trim('"').Equals(expected.GetString(), StringComparison.OrdinalIgnoreCase)
        : expected.GetRawText() == actual;
}
