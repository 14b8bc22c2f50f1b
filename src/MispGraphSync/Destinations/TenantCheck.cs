using System.Text.Json;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations;

/// <summary>
/// Whether the tenant exists, and whether it is in the cloud of the settings. Entra says both to anybody (OpenID Connect
/// discovery, with Microsoft's own additions).
/// </summary>
internal static class TenantCheck
{
    private const int MaxResponse = 1024 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(100);

    // AADSTS90002: there is no such tenant.
    private const int NoSuchTenant = 90002;

    public static async Task<CheckResult> RunAsync(CheckInput input, CancellationToken ct)
    {
        var auth = input.Settings.Auth;
        var authority = Cloud.AuthorityOf(auth);
        using var http = SignInHttp.Client(input.Transport, Timeout, MaxResponse);
        try
        {
            var address = new Uri(authority, $"{Uri.EscapeDataString(auth.Tenant)}/v2.0/.well-known/openid-configuration");
            using var response = await http.GetAsync(address, ct).ConfigureAwait(false);
            using var json = ForeignJson.Parse(await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false));
            if (!response.IsSuccessStatusCode) return OfError(auth, (int)response.StatusCode, json.RootElement);
            return input.Kinds.CheckTenant(input.Settings, json.RootElement)
                ?? CheckResult.Ok($"{auth.Tenant} is in the cloud {auth.Cloud}");
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return CheckResult.Failed(
                RunOutcome.Unreachable, $"The server at {authority.Authority} does not answer as Entra does.",
                "Check auth.cloud, auth.authority if it is set, and whether a proxy or a login page intercepts the request.");
        }
    }

    private static CheckResult OfError(AuthSettings auth, int status, JsonElement response)
    {
        if (status is >= 500 or 429)
            return CheckResult.Failed(RunOutcome.Unreachable, $"The sign-in service is busy ({status}).", "Run again later.");
        int? number = response.List("error_codes") is { } codes && codes.FirstOrDefault() is { ValueKind: JsonValueKind.Number } first
            && first.TryGetInt32(out var code) ? code : null;
        var (sentence, remedy) = EntraErrors.Explain(number ?? NoSuchTenant, "", auth, "");
        return CheckResult.Failed(RunOutcome.SignInFailed, $"{sentence} ({(number is { } known ? $"AADSTS{known}" : status)})", remedy);
    }
}
