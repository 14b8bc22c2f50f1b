using MispGraphSync.Core.Ports;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Text;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>Whether the token carries what the destination's service asks for. A token without any is issued all the same.</summary>
internal static class RolesCheck
{
    private const string Graph = "ThreatIndicators.ReadWrite.OwnedBy";
    private const string Defender = "Ti.ReadWrite";
    private const string DefenderAll = "Ti.ReadWrite.All";

    public static async Task<CheckResult> LookAsync(DestinationContext one)
    {
        var token = await one.Token.GetAsync().ConfigureAwait(false);
        if (token.Value is not { } text) return CheckResult.Skipped($"needs {one.Name} token");
        if (JwtClaims.Read(text) is not { } claims)
            return CheckResult.Warning("The token is not one that can be looked into.", "Nothing needs to be done unless the next check fails.");
        var tenant = one.Settings.Auth.Tenant;
        if (claims.Tenant is { } issued && Guid.TryParse(issued, out var actual) && Guid.TryParse(tenant, out var stated) && actual != stated)
            return CheckResult.Failed(
                RunOutcome.SignInFailed, $"The token is of tenant {actual}, while auth.tenant is {stated}.", "Set auth.tenant to the tenant of the identity that signs in, or sign in with one of the right tenant.");
        return one.Kind switch
        {
            "graph" => OfGraph(claims),
            "defender" => OfDefender(claims),
            _ => CheckResult.Ok("given in the workspace, not in the token: see the next checks"),
        };
    }

    private static CheckResult OfGraph(JwtClaims claims) => claims.Roles.Contains(Graph)
        ? CheckResult.Ok(Told(claims))
        : CheckResult.Failed(
            RunOutcome.SignInFailed, $"The token lacks {Graph}{Has(claims)}.",
            $"Under the app's API permissions add Microsoft Graph > Application permissions > {Graph} and have an administrator grant consent; then wait some minutes. See docs/graph.md.");

    private static CheckResult OfDefender(JwtClaims claims) =>
        claims.Roles.Contains(DefenderAll) ? CheckResult.Ok(Told(claims))
        : claims.Roles.Contains(Defender) ? CheckResult.Warning(
            $"With {Defender} alone, the indicators of others are invisible: a value that they hold cannot be recognised before it is sent, nor how many of the tenant's 15,000 places they take.",
            $"Grant {DefenderAll} of WindowsDefenderATP as well, with admin consent, unless nobody else makes indicators in this tenant.")
        : CheckResult.Failed(
            RunOutcome.SignInFailed, $"The token lacks {DefenderAll} and {Defender}{Has(claims)}.",
            $"Under the app's API permissions add WindowsDefenderATP > Application permissions > {DefenderAll} and have an administrator grant consent; then wait some minutes. See docs/defender.md.");

    private static string Told(JwtClaims claims) => string.Join(", ", claims.Roles.Select(role => Sanitize.ForDisplay(role, 80)));

    private static string Has(JwtClaims claims) => claims.Roles.Count == 0 ? ": it carries no role at all, so consent is missing" : $"; it has {Told(claims)}";
}
