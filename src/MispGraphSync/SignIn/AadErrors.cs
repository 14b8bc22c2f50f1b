using MispGraphSync.Configuration;

namespace MispGraphSync.SignIn;

/// <summary>What Entra's error numbers mean for a user (Entra, "authentication and authorization error codes").</summary>
internal static class AadErrors
{
    /// <summary>The tenant or the service is busy.</summary>
    public static bool IsTransient(int? number) => number is 90006 or 90024 or 90033 or 90055 or 90090;

    /// <param name="error">OAuth's word, where the number is unknown.</param>
    public static (string Sentence, string Remedy) Explain(int? number, string error, AuthSettings auth, string scope) => number switch
    {
        7000215 => ("The client secret is wrong.", "Set the secret's value in auth.clientSecret: the portal also shows an id, which does not work."),
        7000222 => ("The client secret has expired.", "Make a new one under the app's Certificates & secrets."),
        7000218 => ("The request carried no credential.", "Set one of auth.clientSecret, certificate, managedIdentity, federatedTokenFile."),
        700016 => ($"The application {auth.ClientId} is not in tenant {auth.Tenant}.", "Check auth.clientId and auth.tenant; an administrator may have to consent."),
        7000112 => ($"The application {auth.ClientId} is disabled.", "Have it enabled under Enterprise applications."),
        90002 => ($"There is no tenant {auth.Tenant} in this cloud.", "Check auth.tenant and auth.cloud."),
        90038 or 900382 or 900432 => ($"Tenant {auth.Tenant} belongs to another national cloud.", "Set auth.cloud."),
        500011 or 50001 => ($"The tenant does not know the service {scope}.", "Check auth.cloud and that the tenant has the product."),
        70011 or 28002 or 700022 or 700023 => ($"The scope {scope} is not accepted.", "Check auth.cloud and the destination's endpoint."),
        9001023 => ($"Tenant {auth.Tenant} cannot be used by an application.", "Set auth.tenant to your own tenant's id or domain."),
        50012 or 50013 => ("The certificate or federated token was not accepted.", "Check that it is registered with the app and not expired, and this machine's clock."),
        500133 or 700024 => ("What proves who we are is not valid at this time.", "Set this machine's clock right; a federated token must be renewed by whoever issues it."),
        700027 => ($"The certificate is not registered with application {auth.ClientId}, or has expired.", "Upload its public part under the app's Certificates & secrets, or name the registered one in auth.certificate."),
        70021 or 700211 or 700212 or 700213 => ($"Application {auth.ClientId} trusts no such federated token.", "Under the app's Certificates & secrets > Federated credentials, issuer, subject and audience must be the token's own, to the letter."),
        53003 => ("Conditional access blocks this sign-in.", "Have the application or this network excluded from the policy."),
        530032 => ("Conditional access blocks this sign-in.", "Have the application or this network excluded from the policy."),
        _ when error == "invalid_client" => ("The application's credential was not accepted.", "Check auth.clientId and the credential."),
        _ => ("Signing in failed.", "Check auth.tenant, auth.clientId and the credential; the application log has the time of the request."),
    };
}
