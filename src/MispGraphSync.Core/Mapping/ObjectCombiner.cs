using System.Collections.Immutable;

namespace MispGraphSync.Core.Mapping;

/// <summary>Combines members by their template. The first selected main carries a combination; without one it is dropped.</summary>
internal static class ObjectCombiner
{
    /// <summary>An object with more combinations is a list or an attack, not a description of one thing.</summary>
    public const int Limit = 1_000;

    /// <summary>False for more than <see cref="Limit"/> combinations; the members are then of no further use.</summary>
    public static bool TryCombine(ObjectTemplate template, ObjectMember[] members)
    {
        // A deleted or filtered main counts: without it the rest does not describe the object.
        var hasMain = members.Any(member => member.Role is { Kind: RoleKind.Main or RoleKind.PreferredMain });
        var axes = new List<ObjectMember[]>(template.Roles.Length);
        var count = 1L;
        foreach (var role in template.Roles)
        {
            var axis = Axis(role, [.. members.Where(member => member.Role == role)], hasMain);
            if (axis.Length == 0) continue;
            axes.Add(axis);
            if ((count *= axis.Length) > Limit) return false;
        }

        for (var i = 0; i < count && axes.Count > 0; i++) Combine(axes, i);
        return true;
    }

    // The members of one role that take part; each combination gets one of them.
    private static ObjectMember[] Axis(AttributeRole role, ObjectMember[] members, bool hasMain)
    {
        switch (role.Kind)
        {
            case RoleKind.Main:
                foreach (var member in members) member.IsMain = true;
                return [.. members.Where(IsCarrier).Where(Contributes)];
            case RoleKind.PreferredMain:
                var selected = members.Where(member => !member.IsDeleted && member.NotSelected is null);
                var best = selected.Select(member => Rank(role, member)).DefaultIfEmpty().Min();
                foreach (var member in members)
                {
                    member.IsMain = Rank(role, member) == best;
                    if (!member.IsMain && !member.IsDeleted) member.Decide(member.NotSelected ?? SkipReason.UnsupportedRelation);
                }

                return [.. members.Where(IsCarrier).Where(Contributes)];
            case RoleKind.EachDetail:
                return [.. members.Where(Contributes)];
            case RoleKind.Detail or RoleKind.FallbackMain:
                var chosen = members.Where(Contributes)
                    .OrderBy(member => member.NotSelected is not null).ThenBy(member => Rank(role, member)).FirstOrDefault();
                if (chosen is null) return [];
                chosen.IsMain = role.Kind == RoleKind.FallbackMain && !hasMain;
                return [chosen];
            default:
                return [];
        }
    }

    private static bool IsCarrier(ObjectMember member) => member is { IsMain: true, NotSelected: null };
    private static bool Contributes(ObjectMember member) => !member.Contribution.IsEmpty;
    private static int Rank(AttributeRole role, ObjectMember member) => role.Relations.IndexOf(member.Attribute.ObjectRelation!);

    // The digits of the number choose one member on each axis.
    private static void Combine(List<ObjectMember[]> axes, int number)
    {
        var chosen = new ObjectMember[axes.Count];
        for (var i = axes.Count - 1; i >= 0; i--)
        {
            chosen[i] = axes[i][number % axes[i].Length];
            number /= axes[i].Length;
        }

        var carrier = Array.Find(chosen, IsCarrier);
        if (carrier is null) return;

        var observables = ImmutableArray.CreateBuilder<Observable>();
        foreach (var observable in chosen.SelectMany(member => member.Contribution))
        {
            if (!observables.Any(other => FillsSameField(other, observable))) observables.Add(observable);
        }

        foreach (var member in chosen) member.IsCombined = true;
        DirectAutonomousSystem(observables);
        carrier.Carry(observables.ToImmutable(), chosen);
    }

    private static bool FillsSameField(Observable one, Observable other) => one.GetType() == other.GetType() && (one, other) switch
    {
        (Observable.Port a, Observable.Port b) => a.Direction == b.Direction,
        (Observable.EmailAddress a, Observable.EmailAddress b) => a.Role == b.Role,
        _ => DirectionOf(one) == DirectionOf(other),
    };

    // An autonomous system is the destination's where all addresses are.
    private static void DirectAutonomousSystem(ImmutableArray<Observable>.Builder observables)
    {
        var directions = observables.Select(DirectionOf).Where(direction => direction is not null).Distinct().ToList();
        if (directions is not [Direction.Destination]) return;
        for (var i = 0; i < observables.Count; i++)
        {
            if (observables[i] is Observable.AutonomousSystem system) observables[i] = system with { Direction = Direction.Destination };
        }
    }

    private static Direction? DirectionOf(Observable observable) => observable switch
    {
        Observable.NetworkAddress address => address.Direction,
        Observable.CidrBlock block => block.Direction,
        _ => null,
    };
}
