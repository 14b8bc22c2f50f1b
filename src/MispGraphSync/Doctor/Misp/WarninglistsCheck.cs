using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Doctor.Misp;

/// <summary>Whether the server has warninglists switched on, where the settings count on them.</summary>
internal sealed class WarninglistsCheck(MispContext misp) : ICheck
{
    public string Name => "warninglists";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => misp.EnforcesWarninglists
        ? misp.AskAsync(LookAsync)
        : Task.FromResult<IReadOnlyList<CheckResult>>([CheckResult.Skipped("misp.enforceWarninglist is off")]);

    private static async Task<IReadOnlyList<CheckResult>> LookAsync(MispClient client, CancellationToken ct) => await MispServer.WarninglistsAsync(client, ct).ConfigureAwait(false) switch
    {
        null => [CheckResult.Ok("the role may not list them; the server applies them all the same")],
        (0, var all) => [CheckResult.Warning(
            $"None of the server's {all:N0} warninglists is enabled, so misp.enforceWarninglist keeps nothing out.",
            "In MISP: Input Filters > Warninglists: update them, and enable those for resolvers, CDNs, and well-known domains.")],
        (var enabled, var all) => [CheckResult.Ok($"{enabled:N0} of {all:N0} enabled")],
    };
}
