using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Misp;
using MispGraphSync.Text;

namespace MispGraphSync.Doctor.Misp;

/// <summary>Whose key it is, and what its role may do. Reading needs nothing else.</summary>
internal sealed class MispKeyCheck(MispContext misp) : ICheck
{
    public string Name => "misp key";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var opened = await misp.Connection.GetAsync().ConfigureAwait(false);
        return opened.Refusal is { } refusal ? [refusal] : await misp.AskAsync(LookAsync).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<CheckResult>> LookAsync(MispClient client, CancellationToken ct) =>
        await MispServer.UserAsync(client, ct).ConfigureAwait(false) is { } user
            ? [OfRole(user), .. OfDefaults(user.Defaults)]
            : [CheckResult.Ok("accepted; the role may not ask about itself")];

    private static CheckResult OfRole(KeyOwner user)
    {
        if (user.RateLimit == 0)
        {
            return CheckResult.Failed(
                RunOutcome.SignInFailed,
                $"The role {Shown(user.Role)} has a rate limit of 0: MISP refuses every search.",
                "Raise the role's rate limit in MISP, or remove the limit.");
        }
        if (user.IsSiteAdmin)
        {
            return CheckResult.Warning(
                $"The key is a site administrator's (role {Shown(user.Role)}): whoever has it owns this MISP, and pushes see every event.",
                "Make a user of its own with the role Read Only and API access, and give its key to misp.key.");
        }
        var limit = user.RateLimit is > 0 and { } searches ? $"; {searches} searches in 15 minutes" : "";
        return CheckResult.Ok($"role {Shown(user.Role)}, sees what organisation {Shown(user.Organisation)} may see{limit}");
    }

    private static IEnumerable<CheckResult> OfDefaults(SearchDefaults defaults)
    {
        if (defaults.IsEmpty) yield break;
        var lasting = defaults.Lasting.ToList();
        yield return CheckResult.Warning(
            $"MISP has search defaults stored for the key's user: {Sanitize.ForDisplay(string.Join(", ", defaults.Keys), 200)}. "
                + (lasting.Count == 0
                    ? "Each search overrides them, so that only misp.eventFilters selects events."
                    : $"These cannot be overridden and may change every search: {Sanitize.ForDisplay(string.Join(", ", lasting), 200)}."),
            "In MISP, remove the user setting default_restsearch_parameters; write what is meant into misp.eventFilters.");
    }

    private static string Shown(string? name) => name is null ? "(not told)" : Sanitize.ForDisplay(name, 60);
}
