using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public class CapacityPlanTests
{
    private static readonly Gen<Rank> Ranks = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3], Gen.Int[0, 3])
        .Select((level, confidence, day) => Rank.Of((ThreatLevel)level, confidence * 33, DateTimeOffset.UnixEpoch.AddDays(day)));

    [Fact]
    public void Creation_needs_room_and_eviction_a_strictly_higher_rank() =>
        Gen.Select(Gen.Int[-3, 12], Ranks.List[0, 12], Ranks.List[0, 12]).Sample((room, creations, incumbents) =>
        {
            List<Rank> wanted = [.. creations.OrderByDescending(rank => rank.Value)];
            List<Rank> held = [.. incumbents.OrderBy(rank => rank.Value)];

            var plan = CapacityPlan.Of(room, wanted, held);

            Assert.InRange(plan.Kept, 0, wanted.Count);
            Assert.True(plan.Kept - plan.Evicted <= Math.Max(0, room));
            for (var i = 0; i < plan.Evicted; i++) Assert.True(wanted[plan.Kept - plan.Evicted + i].Outranks(held[i]));
            // No skipped indicator outranks a held one.
            if (plan.Kept < wanted.Count && plan.Evicted < held.Count) Assert.False(wanted[plan.Kept].Outranks(held[plan.Evicted]));
        });

    [Fact]
    public void Rank_compares_severity_then_confidence_then_date()
    {
        var now = Some.Now;

        Assert.True(Rank.Of(ThreatLevel.High, 0, now).Outranks(Rank.Of(ThreatLevel.Medium, 100, now)));
        Assert.True(Rank.Of(ThreatLevel.Low, 0, now).Outranks(Rank.Of(ThreatLevel.Undefined, 100, now)));
        Assert.True(Rank.Of(ThreatLevel.Low, 51, now.AddYears(-9)).Outranks(Rank.Of(ThreatLevel.Low, 50, now)));
        Assert.False(Rank.Of(ThreatLevel.Low, 50, now.AddYears(9)).Outranks(Rank.Of(ThreatLevel.Low, 50, now)));
        Assert.True(Rank.Of(ThreatLevel.Low, 50, now).Value > Rank.Of(ThreatLevel.Low, 50, now.AddSeconds(-1)).Value);
    }

    [Fact]
    public void Warnings_say_what_has_no_room_and_when_there_may_be_some()
    {
        const string Others = "'defender': others hold 2 of these values; they are left alone.";
        const string Full = "'defender' is full: 3 indicators are over capacity and rank no higher than those held. ";
        var full = new CapacityResult { OverCapacity = 3 };

        Assert.Empty(CapacityResult.Everything.Warnings("defender"));
        Assert.Equal([Others], new CapacityResult { HeldByOther = 2 }.Warnings("defender"));
        Assert.Equal(
            [Full + "No held indicator is about to expire; a run checks again when one is deleted, and once a day."],
            full.Warnings("defender"));
        Assert.Equal(
            [Others, Full + "The next held indicator expires at 2026-01-15 12:00 UTC."],
            (full with { HeldByOther = 2, NextVacancy = Some.Now }).Warnings("defender"));
    }

    [Fact]
    public void Result_excludes_what_others_hold_what_has_no_room_and_what_is_evicted()
    {
        Assert.False(CapacityResult.Everything.ExcludesAny);
        Assert.True(new CapacityResult { HeldByOther = 1 }.ExcludesAny);
        Assert.True(new CapacityResult { OverCapacity = 1 }.ExcludesAny);
        Assert.True(new CapacityResult { Evicted = 1 }.ExcludesAny);
    }
}
