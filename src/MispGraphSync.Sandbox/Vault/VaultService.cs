using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Vault;

/// <summary>A Key Vault, as far as it gives secrets.</summary>
internal sealed class VaultService(VaultState state, EntraState entra, TimeProvider time) : IService
{
    private const string ReadAction = "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'";
    public Answer Handle(Request request)
    {
        if (Bearer.Of(request, entra.Mint, Audiences.Vault) is null) return NoToken();
        if (request is not { Method: "GET", Segments: ["secrets", var name, .. var version] } || version.Length > 1)
            throw NoFact.Path(request);
        if (request.Parameter("api-version") is not "7.4") return Error(400, "BadParameter", "AKV10001: The api-version is not supported.");
        if (state.IsForbidden) return Error(403, "Forbidden", $"Caller is not authorized to perform action on resource. {ReadAction}");
        if (!state.Secrets.TryGetValue(name, out var value))
            return Error(404, "SecretNotFound", $"A secret with (name/id) {name} was not found in this key vault.");

        return Answer.Json(200, new JsonObject
        {
            ["value"] = value,
            ["id"] = $"{request.Origin}secrets/{name}/{(version is [var stated] ? stated : "00000000000000000000000000000001")}",
            ["attributes"] = new JsonObject { ["enabled"] = true, ["recoveryLevel"] = "Recoverable+Purgeable" },
        });
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form)
    {
        var code = status == 429 ? "Throttled" : "InternalServerError";
        return Error(status, code, "The request could not be served.").WithRetryAfter(retryAfter, form, time);
    }

    private Answer NoToken()
    {
        var authority = $"https://login.microsoftonline.com/{entra.Tenant}";
        return Error(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
            .With("WWW-Authenticate", $"Bearer authorization=\"{authority}\", resource=\"https://vault.azure.net\"");
    }

    private static Answer Error(int status, string code, string message) =>
        Answer.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });
}
