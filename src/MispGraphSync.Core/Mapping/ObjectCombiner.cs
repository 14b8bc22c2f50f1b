using System.Collections.Immutable;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>
/// Combines an object's members as its template says. Each combination is carried by its first main member that is selected
/// by its own right; where there is none, the combination has lost what it was about and is dropped.
/// </summary>
internal static class ObjectCombiner
{
    /// <summary>More combinations than this are no description of one thing, but a list or an attack.</summary>
    public const int Limit = 1_000;

    /// <summary>False, with nothing done that counts, when there would be more than <see cref="Limit"/>.</summary>
    public static bool TryCombine(ObjectTemplate template, ObjectMember[] members)
    {
        // A main that was deleted or filtered still counts here: without it the rest is not what the object was about.
        var hasMain = members.Any(member => member.Use is { Kind: RoleKind.Main or RoleKind.PreferredMain });
        var axes = new List<ObjectMember[]>(template.Roles.Length);
        var count = 1L;
        foreach (var use in template.Roles)
        {
            var axis = Axis(use, [.. members.Where(member => member.Use == use)], hasMain);
            if (axis.Length == 0) continue;
            axes.Add(axis);
            if ((count *= axis.Length) > Limit) return false;
        }

        if (axes.Count == 0) return true;
        for (var i = 0; i < count; i++) Combine(Choose(axes, i));
        return true;
    }

    /// <summary>The members of one use that take part, of which each combination gets one.</summary>
    private static ObjectMember[] Axis(AttributeRole use, ObjectMember[] members, bool hasMain)
    {
        switch (use.Kind)
        {
            case RoleKind.Main:
                foreach (var member in members) member.IsMain = true;
                return [.. members.Where(member => member.Unselected is null && CanJoin(member))];

            case RoleKind.PreferredMain:
                var selected = members.Where(member => !member.IsDeleted && member.Unselected is null);
                var best = selected.Select(member => Rank(use, member)).DefaultIfEmpty().Min();
                foreach (var member in members)
                {
                    member.IsMain = Rank(use, member) == best;
                    if (!member.IsMain && !member.IsDeleted) member.Settle(member.Unselected ?? SkipReason.UnsupportedRelation);
                }

                return [.. members.Where(member => member.IsMain && member.Unselected is null && CanJoin(member))];

            case RoleKind.EachDetail:
                return [.. members.Where(CanJoin)];

            case RoleKind.Detail or RoleKind.FallbackMain:
                var chosen = members.Where(CanJoin)
                    .OrderBy(member => member.Unselected is not null).ThenBy(member => Rank(use, member)).FirstOrDefault();
                if (chosen is null) return [];
                chosen.IsMain = use.Kind == RoleKind.FallbackMain && !hasMain;
                return [chosen];

            default:
                return [];
        }
    }

    private static bool CanJoin(ObjectMember member) => !member.Joins.IsEmpty;

    private static int Rank(AttributeRole use, ObjectMember member) => use.Relations.IndexOf(member.Attribute.ObjectRelation!);

    /// <summary>The combination of a number: its digits choose, one on each axis.</summary>
    private static ObjectMember[] Choose(List<ObjectMember[]> axes, int number)
    {
        var chosen = new ObjectMember[axes.Count];
        for (var i = axes.Count - 1; i >= 0; i--)
        {
            chosen[i] = axes[i][number % axes[i].Length];
            number /= axes[i].Length;
        }

        return chosen;
    }

    private static void Combine(ObjectMember[] from)
    {
        var carrier = Array.Find(from, member => member is { IsMain: true, Unselected: null });
        if (carrier is null) return;

        var observables = ImmutableArray.CreateBuilder<Observable>();
        foreach (var observable in from.SelectMany(member => member.Joins))
        {
            if (!observables.Any(other => FillsSameField(other, observable))) observables.Add(observable);
        }

        foreach (var member in from) member.IsJoined = true;
        carrier.Carry(Direct(observables), from);
    }

    private static bool FillsSameField(Observable one, Observable other) => (one, other) switch
    {
        (Observable.NetworkAddress a, Observable.NetworkAddress b) => a.Direction == b.Direction,
        (Observable.CidrBlock a, Observable.CidrBlock b) => a.Direction == b.Direction,
        (Observable.Port a, Observable.Port b) => a.Direction == b.Direction,
        (Observable.EmailAddress a, Observable.EmailAddress b) => a.Role == b.Role,
        _ => one.GetType() == other.GetType(),
    };

    /// <summary>An autonomous system is the destination's where there is nothing but a destination.</summary>
    private static ImmutableArray<Observable> Direct(ImmutableArray<Observable>.Builder observables)
    {
        var directions = observables.Select(DirectionOf).Where(direction => direction is not null).Distinct().ToList();
        for (var i = 0; directions is [Direction.Destination] && i < observables.Count; i++)
        {
            if (observables[i] is not Observable.AutonomousSystem system) continue;
            observables[i] = system with { Direction = Direction.Destination };
        }

        return observables.ToImmutable();
    }

    private static Direction? DirectionOf(Observable observable) => observable switch
    {
        Observable.NetworkAddress address => address.Direction,
        Observable.CidrBlock block => block.Direction,
        _ => null,
    };
}
