using System.Text.Json;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The permission for tiIndicators, and the cloud of the tenant.</summary>
internal sealed class GraphChecks(CheckInput input) : DestinationChecks(input)
{
    private const string Role = "ThreatIndicators.ReadWrite.OwnedBy";

    /// <summary>The discovery document names the Graph host of the tenant's own cloud.</summary>
    public static CheckResult? CheckTenant(DestinationSettings settings, JsonElement discovery)
    {
        var auth = settings.Auth;
        var expected = GraphKind.Hosts.In(auth.Cloud)!.Host;
        if (discovery.Text("msgraph_host") is not { } actual || actual.Equals(expected, StringComparison.OrdinalIgnoreCase)) return null;
        return CheckResult.Failed(
            RunOutcome.SignInFailed,
            $"Tenant {auth.Tenant} is in another cloud: its Graph is {Sanitize.ForDisplay(actual, 80)}, "
            + $"that of the cloud {auth.Cloud} is {expected}.",
            GraphKind.Hosts.CloudsOf(actual).Order(StringComparer.Ordinal).FirstOrDefault() is { } right
                ? $"Set auth.cloud to {right}." : "Check auth.cloud and auth.tenant.");
    }

    protected override CheckResult CheckRoles(JwtClaims claims) => claims.Roles.Contains(Role)
        ? CheckResult.Ok(Listed(claims))
        : CheckResult.Failed(
            RunOutcome.SignInFailed, $"The token lacks {Role}{Has(claims)}.",
            $"Under the app's API permissions add Microsoft Graph > Application permissions > {Role} and have an administrator grant "
            + "consent; "
            + "then wait some minutes. See docs/graph.md.");
}
