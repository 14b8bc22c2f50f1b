using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// Twelve made-up events with all that is awkward about real ones (<c>Samples/*.json</c>): objects, composites, markings of
/// every kind, galaxies, IPv6 and networks, warninglisted and private values, deleted and unpublished ones.
/// Names and addresses are those reserved for examples, tests and benchmarks; hashes are of nothing.
/// </summary>
public static class SampleEvents
{
    /// <summary>The events in the form in which <see cref="MispState.AddEvent"/> takes them, always in the same order.</summary>
    public static IReadOnlyList<JsonObject> All()
    {
        var assembly = typeof(SampleEvents).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.Contains(".Samples.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly.GetManifestResourceStream(name)!))];
    }

    private static JsonObject Read(Stream resource)
    {
        using (resource) return JsonNode.Parse(resource)!.AsObject();
    }
}
