using MispGraphSync.Core.Sync;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Doctor.Misp;

/// <summary>Whose key it is, and what its role may do. Reading needs nothing else.</summary>
internal sealed class MispKeyCheck(MispCase misp) : ICheck
{
    public string Name => "misp key";

    public async Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct)
    {
        var opened = await misp.Opened.GetAsync().ConfigureAwait(false);
        return opened.Refusal is { } refusal ? [refusal] : await misp.AskAsync(LookAsync).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<Diagnosis>> LookAsync(MispClient client, CancellationToken ct)
    {
        if (await ServerFacts.UserAsync(client, ct).ConfigureAwait(false) is not { } user)
            return [Diagnosis.Ok("accepted; the role may not ask about itself")];
        var sees = user.IsSiteAdmin ? "sees every event" : $"sees what organisation {Shown(user.Organisation)} may see";
        var limit = user.RateLimit is > 0 and { } searches ? $"; {searches} searches in 15 minutes" : "";
        if (user.RateLimit == 0)
            return [Diagnosis.Failed(ExitCode.SignIn, $"The role {Shown(user.Role)} has a rate limit of 0: MISP turns every search away.", "Raise the role's rate limit in MISP, or take the limit off.")];
        if (user.IsSiteAdmin)
            return [Diagnosis.Warning(
                $"The key is a site administrator's (role {Shown(user.Role)}): whoever has it owns this MISP, and pushes see every event.",
                "Make a user of its own with the role Read Only and API access, and give its key to misp.key.")];
        return [Diagnosis.Ok($"role {Shown(user.Role)}, {sees}{limit}")];
    }

    private static string Shown(string? name) => name is null ? "(not told)" : Printable.Line(name, 60);
}
