using MispGraphSync.Destinations;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>Which of doctor's checks test one answer of <c>config init</c>.</summary>
internal static class AnswerChecks
{
    private const string SignInPurpose = "sign-in";

    /// <summary>The hosts that the checks of an answer look at.</summary>
    /// <param name="destination">The one concerned; null for MISP.</param>
    public static IReadOnlyList<Endpoint> Endpoints(
        AnswerTest test, AppSettings settings, DestinationSettings? destination, DestinationKinds kinds)
    {
        var all = destination is null
            ? Endpoint.Of(settings, [], kinds)
            : Endpoint.Of(settings with { Sources = [new MispSettings()] }, [destination], kinds);
        return test switch
        {
            AnswerTest.MispAddress => [.. all.Where(one => one.IsMisp)],
            AnswerTest.Tenant => [.. all.Where(IsForSignIn)],
            // What an earlier answer has tested already.
            AnswerTest.Destination => [.. all.Where(one => !IsForSignIn(one))],
            _ => all,
        };
    }

    /// <param name="destination">Null for MISP.</param>
    public static IReadOnlyList<Check> Of(
        AnswerTest test, Connectivity connectivity, IReadOnlyList<MispContext> sources, DestinationChecks? destination)
    {
        var ofDestination = destination?.All(writes: false) ?? [];
        return test switch
        {
            AnswerTest.MispAddress => [.. NetworkChecks.Of(connectivity)],
            AnswerTest.MispKey =>
            [
                DoctorContext.Secrets(sources, []),
                .. MispChecks.Of(sources[0]).Where(check => check.Name is "misp" or "misp key" or "misp events"),
            ],
            AnswerTest.Tenant => [.. NetworkChecks.Of(connectivity), .. ofDestination.Where(IsOfTenant)],
            AnswerTest.SignIn => [DoctorContext.Secrets([], [destination!]), .. ofDestination.Where(IsOfToken)],
            _ => [.. NetworkChecks.Of(connectivity), .. ofDestination.Where(check => !IsOfTenant(check) && !IsOfToken(check))],
        };
    }

    /// <summary>Whether the check has more to say than that nothing is wrong.</summary>
    public static bool ShowsSuccess(AnswerTest test, Check check) => test == AnswerTest.MispAddress
        ? check.Name == "connections"
        : check.Name == "misp" || (check.Name.Contains(' ') && !check.Name.EndsWith(" roles", StringComparison.Ordinal));

    private static bool IsForSignIn(Endpoint endpoint) => endpoint.Purpose.Contains(SignInPurpose, StringComparison.Ordinal);

    private static bool IsOfTenant(Check check) => check.Name.EndsWith(" tenant", StringComparison.Ordinal);

    private static bool IsOfToken(Check check) => check.Name.EndsWith(" token", StringComparison.Ordinal);
}
