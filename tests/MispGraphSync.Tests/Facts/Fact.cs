using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Tests.Facts;

/// <summary>A statement about a service that the program relies on: a line of <c>facts.jsonl</c>.</summary>
/// <param name="Strength">
/// <c>documented</c>, <c>recorded</c> (in a real response), <c>field</c> (told by others), or <c>unverified</c>: then either answer
/// must work.
/// </param>
/// <param name="Date">Of the source; <c>undated</c> where it has none.</param>
/// <param name="Tests">Those that show what the program makes of it.</param>
/// <param name="Switch">The sandbox's switch for it, such as <c>Graph.PageSize</c>.</param>
/// <param name="Answers">The two values of the switch.</param>
internal sealed record Fact(
    string Id, string Text, string Strength, string Source, string Date, string[] Tests, string? Switch, JsonElement[]? Answers)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNameCaseInsensitive = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter() },
    };

    public static IReadOnlyList<Fact> All { get; } =
        [.. File.ReadLines(DocsTests.At("tests/MispGraphSync.Tests/Facts/facts.jsonl"))
            .Select(line => JsonSerializer.Deserialize<Fact>(line, Options)!)];

    public static IReadOnlyList<Fact> Switchable { get; } = [.. All.Where(fact => fact.Switch is not null)];

    /// <summary>Sets the switch to one of the answers.</summary>
    /// <returns>The value as the switch has it.</returns>
    public object? Play(SandboxHost sandbox, int answer)
    {
        var parts = Switch!.Split('.');
        object state = parts[0] switch
        {
            "Graph" => sandbox.GraphState,
            "Sentinel" => sandbox.SentinelState,
            "Defender" => sandbox.DefenderState,
            "Alerts" => sandbox.AlertState,
            _ => sandbox.MispState,
        };
        var property = state.GetType().GetProperty(parts[1])
            ?? throw new InvalidOperationException($"The sandbox has no switch {Switch}.");
        property.SetValue(state, Answers![answer].Deserialize(property.PropertyType, Options));
        return property.GetValue(state);
    }
}
