using System.Globalization;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>
/// The identity endpoint that Azure App Service puts beside an application (api-version 2019-08-01): plain http, no secret
/// but a header that the environment names. It issues tokens of the application in <see cref="EntraState.App"/>.
/// </summary>
internal sealed class MachineIdentity(EntraState state, TimeProvider time) : IService
{
    public Answer Handle(Request request)
    {
        if (request is not { Method: "GET", Segments: ["msi", "token"] }) throw NoFact.Path(request);
        if (request.Headers["X-IDENTITY-HEADER"] != state.IdentityHeader) return Error(401, "The X-IDENTITY-HEADER is missing or wrong.");
        if (request.Parameter("api-version") != "2019-08-01") return Error(400, "The api-version is not supported.");
        if (request.Parameter("client_id") is { } client && client != state.App.ClientId)
            return Error(
                400, $"No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId {client}.");
        if (!state.HasIdentity) return Error(400, "No managed identity is assigned.");
        var resource = request.Parameter("resource") ?? "";
        if (Audiences.Of(resource) is not { } audience) return Error(400, $"The resource {resource} is not known.");

        return Answer.Json(200, new JsonObject
        {
            ["access_token"] = state.Mint.Issue(resource, state.App.ClientId, state.App.RolesFor(audience)),
            ["expires_on"] = (time.GetUtcNow() + state.TokenLifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["resource"] = resource,
            ["token_type"] = "Bearer",
            ["client_id"] = state.App.ClientId,
        });
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form) => Error(status, "The request could not be served.");

    private static Answer Error(int status, string message) =>
        Answer.Json(status, new JsonObject
        {
            ["statusCode"] = status,
            ["message"] = message,
            ["correlationId"] = "00000000-5a5d-4b0c-8000-0000000000ab",
        });
}
