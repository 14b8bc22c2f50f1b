using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public class DeletionPolicyTests
{
    /// <summary>
    /// A read that shows what is gone, empty read, new selection, --accept-changes, too many: the verdict. Every combination of the
    /// five is a row of this table.
    /// </summary>
    public static TheoryData<bool, bool, bool, bool, bool, DeletionVerdict> TruthTable()
    {
        var table = new TheoryData<bool, bool, bool, bool, bool, DeletionVerdict>();
        bool[] either = [false, true];
        foreach (var mayDelete in either)
            foreach (var empty in either)
                foreach (var selection in either)
                    foreach (var accepts in either)
                        foreach (var many in either)
                        {
                            var verdict = (mayDelete, empty, selection, accepts, many) switch
                            {
                                (_, true, _, false, _) => DeletionVerdict.EmptyRead,
                                (false, _, _, _, _) => DeletionVerdict.NotRead,
                                (_, _, true, false, _) => DeletionVerdict.NewSelection,
                                (_, _, _, _, true) => DeletionVerdict.TooMany,
                                _ => DeletionVerdict.Allowed,
                            };
                            table.Add(mayDelete, empty, selection, accepts, many, verdict);
                        }

        return table;
    }

    [Theory]
    [MemberData(nameof(TruthTable))]
    public void Verdict_follows_the_truth_table(
        bool mayDelete, bool empty, bool selection, bool accepts, bool many, DeletionVerdict expected)
    {
        var policy = new DeletionPolicy(new DeletionLimit(30, IsPercent: false), accepts);
        var facts = new DeletionFacts
        {
            MayDelete = mayDelete,
            IsEmptyRead = empty,
            HasNewSelection = selection,
            Deletions = many ? 31 : 30,
            Held = 100,
        };

        Assert.Equal(expected, policy.Decide(facts));
    }

    [Fact]
    public void Empty_read_withholds_nothing_where_nothing_is_held() => Assert.Equal(
        DeletionVerdict.Allowed,
        new DeletionPolicy(new DeletionLimit(50, IsPercent: true), AcceptChanges: false)
            .Decide(new DeletionFacts { MayDelete = true, IsEmptyRead = true }));

    [Fact]
    public void Empty_read_withholds_the_deletion_of_a_single_indicator() => Assert.Equal(
        DeletionVerdict.EmptyRead,
        new DeletionPolicy(new DeletionLimit(50, IsPercent: true), AcceptChanges: false)
            .Decide(new DeletionFacts { MayDelete = true, IsEmptyRead = true, Held = 1 }));

    [Fact]
    public void New_selection_does_not_withhold_evictions() => Assert.Equal(
        DeletionVerdict.Allowed,
        new DeletionPolicy(new DeletionLimit(50, IsPercent: true), AcceptChanges: false)
            .Decide(new DeletionFacts { MayDelete = true, HasNewSelection = true, Deletions = 5, Evictions = 5, Held = 100 }));

    [Fact]
    public void Share_has_no_allowance_while_indicators_have_no_known_source() => Assert.Equal(
        DeletionVerdict.TooMany,
        new DeletionPolicy(new DeletionLimit(50, IsPercent: true), AcceptChanges: false)
            .Decide(new DeletionFacts { MayDelete = true, HasUnclaimed = true, Deletions = 20, Held = 20 }));

    [Fact]
    public void Share_has_no_allowance_after_an_empty_read() => Assert.Equal(
        [DeletionVerdict.Allowed, DeletionVerdict.TooMany],
        new[] { false, true }.Select(empty => new DeletionPolicy(new DeletionLimit(50, IsPercent: true), AcceptChanges: true)
            .Decide(new DeletionFacts { MayDelete = true, IsEmptyRead = empty, Deletions = 20, Held = 20 })));
}
