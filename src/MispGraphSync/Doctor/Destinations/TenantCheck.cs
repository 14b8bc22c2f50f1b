using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>
/// Whether the tenant exists, and whether it is in the cloud of the settings. Entra tells both to anybody (OpenID Connect
/// discovery, with Microsoft's own additions).
/// </summary>
internal static class TenantCheck
{
    public static async Task<IReadOnlyList<CheckResult>> LookAsync(DestinationContext one, CancellationToken ct)
    {
        var auth = one.Settings.Auth;
        if (auth.ManagedIdentity is not null) return [CheckResult.Skipped("a managed identity is of its machine's tenant")];
        if (await one.Connectivity.SkipIfUnreachableAsync(Cloud.AuthorityOf(auth)).ConfigureAwait(false) is { } unreached) return [unreached];
        return [await one.ProbeAsync(c => AskAsync(one, auth, c)).ConfigureAwait(false)];
    }

    private static async Task<CheckResult> AskAsync(DestinationContext one, AuthSettings auth, CancellationToken ct)
    {
        using var http = SignInHttp.Client(one.Transport, TimeSpan.FromSeconds(100), 1024 * 1024);
        try
        {
            using var answer = await http.GetAsync(new Uri(Cloud.AuthorityOf(auth), $"{Uri.EscapeDataString(auth.Tenant)}/v2.0/.well-known/openid-configuration"), ct).ConfigureAwait(false);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false));
            return answer.IsSuccessStatusCode ? Judge(one, auth, json.RootElement) : Refused(auth, (int)answer.StatusCode, json.RootElement);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return CheckResult.Failed(
                RunOutcome.Unreachable, $"What answers at {Cloud.AuthorityOf(auth).Authority} does not answer as Entra does.",
                "Check auth.cloud, auth.authority where it is set, and whether a proxy or a login page stands in between.");
        }
    }

    private static CheckResult Refused(AuthSettings auth, int status, JsonElement answer)
    {
        var number = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error_codes", out var codes) && codes is { ValueKind: JsonValueKind.Array } && codes.GetArrayLength() > 0
            && codes[0].TryGetInt32(out var first) ? first : (int?)null;
        if (status >= 500 || status == 429) return CheckResult.Failed(RunOutcome.Unreachable, $"The sign-in service is busy ({status}).", "Run again later.");
        var (sentence, remedy) = EntraErrors.Explain(number ?? 90002, "", auth, "");
        return CheckResult.Failed(RunOutcome.SignInFailed, $"{sentence} ({(number is { } known ? $"AADSTS{known}" : status)})", remedy);
    }

    private static CheckResult Judge(DestinationContext one, AuthSettings auth, JsonElement about)
    {
        var cloud = Cloud.Named(auth.Cloud);
        var expected = GraphKind.Hosts.In(cloud.Name)!.Host;
        var graph = Text(about, "msgraph_host");
        if (graph is not null && !graph.Equals(expected, StringComparison.OrdinalIgnoreCase))
            return CheckResult.Failed(
                RunOutcome.SignInFailed, $"Tenant {auth.Tenant} is in another cloud: its Graph is {graph}, that of the cloud {cloud.Name} is {expected}.",
                GraphKind.Hosts.CloudsOf(graph).Order().FirstOrDefault() is { } right ? $"Set auth.cloud to {right}." : "Check auth.cloud and auth.tenant.");
        if (Text(about, "tenant_region_sub_scope") == "GCC" && cloud.Name == "global" && one is { Kind: "defender", Settings.Endpoint: null })
            return CheckResult.Warning($"Tenant {auth.Tenant} is a GCC tenant, whose Defender is at another host than the global one.", "Set auth.cloud to gcc.");
        return CheckResult.Ok($"{auth.Tenant} is in the cloud {cloud.Name}");
    }

    private static string? Text(JsonElement about, string name) =>
        about.ValueKind == JsonValueKind.Object && about.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
