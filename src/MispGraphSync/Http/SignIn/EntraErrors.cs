namespace MispGraphSync.Http.SignIn;

/// <summary>What Entra's error numbers mean for a user (Entra, "authentication and authorization error codes").</summary>
internal static class EntraErrors
{
    /// <summary>The tenant or the service is busy.</summary>
    public static bool IsTransient(int? number) => number is 50033 or 90006 or 90024 or 90033 or 90055 or 90090;

    /// <param name="error">OAuth's word, where the number is unknown.</param>
    public static (string Sentence, string Remedy) Explain(int? number, string error, AuthSettings auth, string scope) => number switch
    {
        7000215 or 70002 => ("The client secret is wrong.",
            "Set the secret's value in auth.clientSecret: the portal also shows an id, which does not work."),
        7000222 => ("The client secret has expired.", "Make a new one under the app's Certificates & secrets."),
        7000216 or 7000218 =>
            ("The request carried no credential.", "Set one of auth.clientSecret, certificate, managedIdentity, federatedTokenFile."),
        700025 => (
            $"Application {auth.ClientId} is registered as a public client, for which no credential counts.",
            "Under the app's Authentication, set \"Allow public client flows\" to No and remove its mobile and desktop platforms, "
            + "or register another app."),
        65001 or 65004 or 65005 or 650056 or 650057 or 90093 or 90094 or 90099 => (
            $"No administrator has consented to the permissions of application {auth.ClientId}.",
            "Under the app's API permissions, add the application permission that the destination's page names, "
            + "then \"Grant admin consent\"."),
        50105 or 501051 => (
            $"The service {scope} lets assigned applications in only, and {auth.ClientId} is not assigned.",
            "Grant the application permission that the destination's page names, with admin consent; "
            + "or assign the app under the service's Enterprise application."),
        50196 => ("The same token was asked for too often in a short time.",
            "Wait some minutes; see that nothing starts misp-graph again and again, with this app or another."),
        500014 or 650052 or 650054 => (
            $"The service {scope} is switched off in the tenant, or not subscribed to.",
            "Check that the tenant has the product, and its entry under Enterprise applications."),
        50002 or 500021 or 500022 or 500212 or 500213 => (
            $"This network may not sign in to tenant {auth.Tenant}: access to tenants is restricted.",
            "Have the tenant allowed in the proxy's tenant restrictions, or in the cross-tenant access policy."),
        50049 => ("The sign-in host is not one of Microsoft's.", "Check auth.cloud and auth.authority."),
        700011 or 700016 or 70001 or 7000229 => ($"The application {auth.ClientId} is not in tenant {auth.Tenant}.",
            "Check auth.clientId and auth.tenant; an administrator may have to consent."),
        7000112 => ($"The application {auth.ClientId} is disabled.", "Have it enabled under Enterprise applications."),
        90002 => ($"There is no tenant {auth.Tenant} in this cloud.", "Check auth.tenant and auth.cloud."),
        900021 or 900023 or 90019 or 50059 or 50128 => (
            $"auth.tenant, {auth.Tenant}, is neither the id of a tenant nor a domain of one.",
            "Set auth.tenant to the tenant's id, on Entra's Overview page, or to one of its domains."),
        90038 or 900382 or 900432 or 1000104 => ($"Tenant {auth.Tenant} belongs to another national cloud.", "Set auth.cloud."),
        500011 or 50001 => ($"The tenant does not know the service {scope}.", "Check auth.cloud and that the tenant has the product."),
        1002012 => (
            $"The scope {scope} is not one for applications: it must end in /.default.",
            "Correct the scope in the destination's settings, or remove it."),
        70011 or 28002 or 28003 or 700022 or 700023 =>
            ($"The scope {scope} is not accepted.", "Check auth.cloud and the destination's endpoint."),
        9001023 or 50194 =>
            ($"Tenant {auth.Tenant} cannot be used by an application.", "Set auth.tenant to your own tenant's id or domain."),
        50012 or 50013 or 50017 or 50027 or 50048 or 700030 => ("The certificate or federated token was not accepted.",
            "Check that it is registered with the app and not expired, and this machine's clock."),
        500133 or 700024 => ("The certificate or federated token is not valid at this time.",
            "Correct this machine's clock; the issuer must renew a federated token."),
        700027 => ($"The certificate is not registered with application {auth.ClientId}, or has expired.",
            "Upload its public part under the app's Certificates & secrets, or name the registered one in auth.certificate."),
        70021 or 700211 or 700212 or 700213 => ($"No federated credential of application {auth.ClientId} matches this token.",
            "Under the app's Certificates & secrets > Federated credentials, issuer, subject and audience must be the token's own, "
            + "to the letter."),
        50131 or 53000 or 53001 or 53002 or 53003 or 53004 or 53011 or 530032 or 530034 or 530035 =>
            ("Conditional access blocks this sign-in.", "Have the application or this network excluded from the policy."),
        _ when error == "invalid_client" => ("The application's credential was not accepted.", "Check auth.clientId and the credential."),
        _ => ("Signing in failed.",
            "Check auth.tenant, auth.clientId and the credential; the application log has the time of the request."),
    };
}
