using System.Globalization;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Facts;

/// <summary>What is known of the services, how well, and which tests rely on it.</summary>
public sealed class FactTests
{
    private static readonly string[] Strengths = ["documented", "recorded", "field", "unverified"];

    [Fact]
    public void Facts_are_complete_and_have_ids_of_their_own()
    {
        Assert.True(Fact.All.Count > 60, $"only {Fact.All.Count} facts");
        Assert.Equal(Fact.All.Count, Fact.All.Select(fact => fact.Id).Distinct().Count());
        Assert.All(Fact.All, fact =>
        {
            Assert.Matches("^(misp|graph|sentinel|defender|entra)-[a-z0-9-]+$", fact.Id);
            Assert.Contains(fact.Strength, Strengths);
            Assert.EndsWith(".", fact.Text, StringComparison.Ordinal);
            Assert.NotEmpty(fact.Source);
            Assert.Matches(@"^(undated|\d{4}(-\d{2}-\d{2})?)$", fact.Date);
        });
    }

    [Fact]
    public void Each_fact_names_tests_that_exist() =>
        Assert.All(Fact.All, fact =>
        {
            Assert.NotEmpty(fact.Tests);
            Assert.All(fact.Tests, name => Assert.True(AllTests.Names.Contains(name), $"{fact.Id}: there is no test {name}"));
        });

    [Fact]
    public async Task Each_switch_of_a_fact_has_two_answers_that_the_sandbox_plays()
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);

        Assert.All(Fact.Switchable, fact =>
        {
            Assert.Equal(2, fact.Answers!.Length);
            Assert.NotEqual(fact.Play(sandbox, 0), fact.Play(sandbox, 1));
            Assert.Contains(fact.Tests, name => name.StartsWith("PairTests.", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Each_unverified_fact_has_a_switch_unless_its_answers_are_more_than_two_or_need_a_recording() =>
        Assert.Equal(
            ["misp-pieces", "graph-retired"],
            Fact.All.Where(fact => fact is { Strength: "unverified", Switch: null }).Select(fact => fact.Id));

    [Fact]
    public void Reliability_page_has_the_facts_by_strength()
    {
        var rows = CoveringArray.Of(Fact.Switchable.Count).Count;
        var pairs = CoveringArray.AllPairs(Fact.Switchable.Count).Count();
        var well = Fact.All.Count(fact => fact.Strength is "documented" or "recorded");
        var lines = Strengths.Select(strength => $"| {strength} | {Fact.All.Count(fact => fact.Strength == strength)} |");

        DocsBlock.Matches("docs/reliability.md", "facts", string.Create(CultureInfo.InvariantCulture, $"""
            | strength | facts |
            | --- | --- |
            {string.Join('\n', lines)}

            {well} of {Fact.All.Count} facts ({well * 100 / Fact.All.Count} %) are documented or recorded.
            {Fact.Switchable.Count} have two answers that the sandbox plays; {rows} histories cover all {pairs} pairs of answers.
            """));
    }
}
