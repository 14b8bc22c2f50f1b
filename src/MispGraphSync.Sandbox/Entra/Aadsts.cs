using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>Entra's error answers: OAuth's <c>error</c>, and the AADSTS number in text and list.</summary>
internal static class Aadsts
{
    private static readonly Dictionary<int, (int Status, string Error, string Text)> Known = new()
    {
        [7000215] = (401, "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            + "not the client secret ID."),
        [7000222] = (401, "invalid_client", "The provided client secret keys are expired."),
        [7000218] = (401, "invalid_client",
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
        [7000112] = (401, "unauthorized_client", "Application is disabled."),
        [700016] = (400, "unauthorized_client", "Application was not found in the directory."),
        [700025] = (401, "invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
        [501051] = (400, "invalid_grant", "Application is not assigned to a role for the application."),
        [50105] = (400, "interaction_required", "The signed in application is not assigned to a role for the application."),
        [65001] = (400, "invalid_grant", "The user or administrator has not consented to use the application."),
        [1002012] = (400, "invalid_request",
            "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the "
            + "resource identifier."),
        [50196] = (400, "invalid_client", "The server terminated an operation because it encountered a loop while processing a request."),
        [900023] = (400, "invalid_request", "Specified tenant identifier is neither a valid DNS name, nor a valid external domain."),
        [700027] = (401, "invalid_client",
            "The certificate with identifier used to sign the client assertion is not registered on application."),
        [700024] = (401, "invalid_client", "Client assertion is not within its valid time range."),
        [700211] = (401, "invalid_client", "No matching federated identity record found for presented assertion issuer."),
        [700212] = (401, "invalid_client", "No matching federated identity record found for presented assertion audience."),
        [700213] = (401, "invalid_client", "No matching federated identity record found for presented assertion subject."),
        [50013] = (401, "invalid_client", "Assertion failed signature validation."),
        [90002] = (400, "invalid_request",
            "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."),
        [900144] = (400, "invalid_request", "The request body must contain the following parameter."),
        [70003] = (400, "unsupported_grant_type", "The app requested an unsupported grant type."),
        [70011] = (400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
        [28002] = (400, "invalid_scope", "The scope asks for more than one resource."),
        [500011] = (400, "invalid_resource", "The resource principal was not found in the tenant."),
        [9001023] = (400, "invalid_request", "The grant type is not supported over the /common or /consumers endpoints."),
        [50012] = (401, "invalid_client", "Client assertion failed validation."),
        [500133] = (401, "invalid_client", "Assertion is not within its valid time range. Ensure that the client clock is right."),
        [530032] = (400, "invalid_grant", "The request was blocked by the tenant's security policy."),
        [90033] = (503, "temporarily_unavailable", "A transient error has occurred. Please try again."),
        [90055] = (429, "temporarily_unavailable",
            "The server terminated an operation because it encountered a client request rate that is too high."),
        [90090] = (500, "temporarily_unavailable", "A transient error has occurred. Please try again."),
    };

    public static Answer Refuse(int number, TimeProvider time, int? status = null)
    {
        var (usual, error, text) = Known.TryGetValue(number, out var known) ? known : (400, "invalid_request", "The request was refused.");
        var at = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ssZ");
        const string Trace = "00000000-5a5d-4b0c-8000-0000000000aa";
        return Answer.Json(status ?? usual, new JsonObject
        {
            ["error"] = error,
            ["error_description"] = $"AADSTS{number}: {text} Trace ID: {Trace} Correlation ID: {Trace} Timestamp: {at}",
            ["error_codes"] = new JsonArray(number),
            ["timestamp"] = at,
            ["trace_id"] = Trace,
            ["correlation_id"] = Trace,
            ["error_uri"] = $"https://login.microsoftonline.com/error?code={number}",
        });
    }
}
