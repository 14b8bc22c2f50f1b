using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>Sign-in: discovery, and tokens by client credentials. The checks are in the order in which Entra makes them.</summary>
internal sealed class EntraService(EntraState state, TimeProvider time) : IService
{
    public Answer Handle(Request request) => request.Segments switch
    {
        ["common", "discovery", "instance"] => Instances(request),
        [var tenant, "v2.0", ".well-known", "openid-configuration"] => IsTenant(tenant) ? OpenId(request, tenant) : Refuse(90002),
        [var tenant, "oauth2", "v2.0", "token"] when request.Method == "POST" => Token(request, tenant),
        [_, "discovery", "v2.0", "keys"] => Answer.Json(200, new JsonObject { ["keys"] = new JsonArray() }),
        _ => throw NoFact.Path(request),
    };

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form) =>
        Aadsts.Refuse(status == 429 ? 90055 : 90033, time, status).WithRetryAfter(retryAfter, form, time);

    private Answer Token(Request request, string tenant)
    {
        var form = new FormReader(request.BodyText).ReadForm();
        string? Field(string name) => form.TryGetValue(name, out var value) ? value.ToString() : null;

        if (state.Refusal is { } refusal) return Refuse(refusal);
        if (tenant is "common" or "consumers" or "organizations") return Refuse(9001023);
        if (!IsTenant(tenant)) return Refuse(90002);
        if (Field("grant_type") is not { } grant) return Refuse(900144);
        if (grant != "client_credentials") return Refuse(70003);
        if (Field("client_id") is not { } clientId) return Refuse(900144);
        if (state.Find(clientId) is not { } app) return Refuse(700016);
        if (app.Disabled) return Refuse(7000112);
        if (Credential(request, tenant, app, Field("client_secret"), Field("client_assertion")) is { } fault) return Refuse(fault);

        var scopes = (Field("scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (scopes.Length > 1) return Refuse(28002);
        if (scopes is not [var scope] || !scope.EndsWith("/.default", StringComparison.Ordinal)) return Refuse(70011);

        var resource = scope[..^"/.default".Length];
        if (Audiences.Of(resource) is not { } audience) return Refuse(500011);

        return Answer.Json(200, new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)state.TokenLifetime.TotalSeconds,
            ["ext_expires_in"] = (int)state.TokenLifetime.TotalSeconds,
            ["access_token"] = state.Mint.Issue(resource, app.ClientId, app.RolesFor(audience)),
        }).With("Cache-Control", "no-store");
    }

    private int? Credential(Request request, string tenant, AppRegistration app, string? secret, string? assertion)
    {
        if (assertion is not null)
        {
            string[] endpoints = [$"{request.Origin}{tenant}/oauth2/v2.0/token", $"{request.Origin}{tenant}/v2.0"];
            return ClientAssertion.Fault(assertion, app, endpoints, time.GetUtcNow());
        }

        if (secret is null) return 7000218;
        if (secret != app.Secret) return 7000215;
        return app.SecretExpires <= time.GetUtcNow() ? 7000222 : null;
    }

    private bool IsTenant(string tenant) => Guid.TryParse(tenant, out var id) && id == state.Tenant;

    private Answer Refuse(int number) => Aadsts.Refuse(number, time);

    private Answer OpenId(Request request, string tenant)
    {
        var authority = new Uri(request.Origin, tenant);
        return Answer.Json(200, new JsonObject
        {
            ["token_endpoint"] = $"{authority}/oauth2/v2.0/token",
            ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post", "private_key_jwt", "client_secret_basic"),
            ["jwks_uri"] = $"{authority}/discovery/v2.0/keys",
            ["issuer"] = $"{authority}/v2.0",
            ["authorization_endpoint"] = $"{authority}/oauth2/v2.0/authorize",
            ["response_types_supported"] = new JsonArray("code", "token"),
            ["scopes_supported"] = new JsonArray("openid"),
            ["cloud_instance_name"] = request.Origin.Host,
            ["tenant_region_scope"] = "EU",
            ["tenant_region_sub_scope"] = state.RegionSubScope,
            ["msgraph_host"] = state.GraphHost,
        });
    }

    private static Answer Instances(Request request) => Answer.Json(200, new JsonObject
    {
        ["tenant_discovery_endpoint"] = $"{request.Origin}common/v2.0/.well-known/openid-configuration",
        ["api-version"] = "1.1",
        ["metadata"] = new JsonArray(new JsonObject
        {
            ["preferred_network"] = request.Origin.Authority,
            ["preferred_cache"] = request.Origin.Authority,
            ["aliases"] = new JsonArray(request.Origin.Authority, request.Origin.Host),
        }),
    });
}
