using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Microsoft.Identity.Client;

namespace MispGraphSync.Http.SignIn;

/// <summary>Turns what Microsoft's library throws into a sentence and a remedy. Never repeats a body: it may hold a secret.</summary>
internal static partial class SignInErrors
{
    /// <summary>OAuth's words for a refusal, which every sign-in service's own response has.</summary>
    private static readonly FrozenSet<string> Refusals = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
        "invalid_resource", "access_denied", "interaction_required", "consent_required", "invalid_instance", "invalid_tenant");

    private static readonly Uri Nowhere = new("nowhere", UriKind.Relative);

    /// <summary>Null for what is no failure of signing in, such as a bug.</summary>
    public static RunFailedException? Explain(Exception e, AuthSettings auth, string scope)
    {
        if (e is RunFailedException) return null;
        if (e is MsalException { ErrorCode: var error } && error.StartsWith("managed_identity", StringComparison.Ordinal)
            && !IsTransient(e))
            return new RunFailedException(
                RunOutcome.SignInFailed, $"This machine's managed identity gave no token ({error}).", IdentityRemedy(error, auth), e);
        if (Network(e, Host(auth)) is { } network)
            return new RunFailedException(RunOutcome.Unreachable, $"Signing in: {network.Message}", network.Remedy, e);
        // The library fails on foreign responses, each time in another way.
        if (e is not MsalException msal) return e is OperationCanceledException ? null : Foreign(auth, inner: e);
        if (msal is MsalServiceException { StatusCode: >= 300 and < 400 and var redirect })
            return Foreign(auth, $", but with a redirect ({redirect}), which is not followed", e);
        var number = Number(msal);
        var name = number is { } known ? $"AADSTS{known}" : ErrorCode().IsMatch(msal.ErrorCode) ? msal.ErrorCode : "no known error";
        if (IsTransient(e))
            return new RunFailedException(RunOutcome.Unreachable, $"The sign-in service is busy ({name}).", "Run again later.", e);
        if (number is null && msal is MsalServiceException { StatusCode: >= 400 and var status } && !Refusals.Contains(msal.ErrorCode))
            return Foreign(auth, $" ({status})", e);
        var (sentence, remedy) = EntraErrors.Explain(number, msal.ErrorCode, auth, scope);
        return new RunFailedException(RunOutcome.SignInFailed, $"{sentence} ({name})", remedy, e);
    }

    /// <summary>Busy or unreachable; another attempt may fare better.</summary>
    public static bool IsTransient(Exception e) => e switch
    {
        ServiceBusyException => true,
        // Without an identity endpoint on this machine there is none a minute later.
        MsalException { ErrorCode: MsalError.ManagedIdentityUnreachableNetwork } => false,
        _ when Network(e, Nowhere) is { } network => network.IsTransient,
        MsalServiceException { StatusCode: 429 or >= 500 } => true,
        MsalException msal => msal.IsRetryable || msal.ErrorCode == "temporarily_unavailable" || EntraErrors.IsTransient(Number(msal)),
        _ => false,
    };

    /// <summary>What answers is no sign-in service.</summary>
    public static RunFailedException Foreign(AuthSettings auth, string how = "", Exception? inner = null) => new(
        RunOutcome.Unreachable,
        $"Signing in: the server at {Host(auth)} does not answer as a sign-in service does{how}.",
        "A proxy or a login page may be in between: have this host allowed; check the proxy and auth.authority.", inner);

    private static TransportError? Network(Exception e, Uri host)
    {
        var cause = e is MsalException { InnerException: { } inner } ? inner : e;
        return cause is HttpRequestException or IOException or OperationCanceledException ? TransportError.From(cause, host) : null;
    }

    private static string IdentityRemedy(string error, AuthSettings auth) => error switch
    {
        MsalError.ManagedIdentityUnreachableNetwork =>
            "There is no managed identity on this machine: run on an Azure machine or service that has one, or sign in by "
            + "auth.certificate, auth.clientSecret or auth.federatedTokenFile.",
        _ when auth.ManagedIdentity?.ClientId is { } id =>
            $"Assign the identity {id} to this machine or service (Identity > User assigned), or correct auth.managedIdentity: it takes "
            + "the identity's client id.",
        _ => "Turn the system-assigned identity of this machine or service on (Identity > System assigned), or name a user-assigned one "
            + "in auth.managedIdentity.",
    };

    private static Uri Host(AuthSettings auth) => auth.ManagedIdentity is not null
        ? new Uri("this machine's identity endpoint", UriKind.Relative)
        : Cloud.AuthorityOf(auth);

    private static int? Number(MsalException e)
    {
        var text = (e as MsalServiceException)?.ErrorCodesForLogging is { Count: > 0 } codes
            ? codes[0]
            : Aadsts().Match(e.Message) is { Success: true } match ? match.Groups[1].Value : null;
        return int.TryParse(text, out var number) ? number : null;
    }

    /// <summary>A word of the library or of OAuth. A response may hold anything in its place.</summary>
    [GeneratedRegex(@"^[a-z0-9_]{1,60}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"AADSTS([0-9]{4,8})", RegexOptions.CultureInvariant)]
    private static partial Regex Aadsts();
}
