using Xunit;

namespace MispGraphSync.Tests.Facts;

/// <summary>The program is right whichever answers the services give, alone and in pairs.</summary>
public sealed class PairTests
{
    private static readonly IReadOnlyList<int[]> Array = CoveringArray.Of(Fact.Switchable.Count);

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Array.Count)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Every_history_ends_equal_to_MISP_under_all_pairs_of_answers(int row)
    {
        await using var history = await FactHistory.StartAsync(Array[row]);

        await history.PlayAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public void Covering_array_has_each_pair_in_few_rows(int factors)
    {
        var rows = CoveringArray.Of(factors);

        Assert.Superset(CoveringArray.AllPairs(factors).ToHashSet(), rows.SelectMany(CoveringArray.PairsOf).ToHashSet());
        Assert.InRange(rows.Count, 4, 9);
    }
}
