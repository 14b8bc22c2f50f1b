using System.Text.RegularExpressions;
using Microsoft.Identity.Client;
using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;
using MispGraphSync.Http;

namespace MispGraphSync.SignIn;

/// <summary>Turns what Microsoft's library throws into a sentence and a remedy. Never repeats a body: it may hold a secret.</summary>
internal static partial class SignInFailure
{
    private static readonly Uri Nowhere = new("nowhere", UriKind.Relative);

    /// <summary>Null for what is no failure of signing in, such as a bug.</summary>
    public static RunFailedException? Explain(Exception e, AuthSettings auth, string scope)
    {
        if (e is RunFailedException) return null;
        if (Network(e, Where(auth)) is { } trouble)
            return new RunFailedException(ExitCode.OutOfReach, $"Signing in: {trouble.Message}", trouble.Remedy, e);
        // The library stumbles over answers that are none of Entra's, each time in another way.
        if (e is not MsalException msal) return e is OperationCanceledException ? null : Strange(auth, "", e);
        if (msal is MsalServiceException { StatusCode: >= 300 and < 400 and var status }) return Strange(auth, $", but with a redirect ({status}), which is not followed", e);
        var number = Number(msal);
        if (MayPass(e))
            return new RunFailedException(
                ExitCode.OutOfReach, $"The sign-in service is busy ({Name(msal, number)}).", "Run again later.", e);
        if (msal.ErrorCode.StartsWith("managed_identity", StringComparison.Ordinal))
            return new RunFailedException(
                ExitCode.SignIn, $"This machine's managed identity gave no token ({msal.ErrorCode}).",
                "Run where the identity is assigned (an Azure machine or service), and check auth.managedIdentity.", e);
        var (sentence, remedy) = AadErrors.Explain(number, msal.ErrorCode, auth, scope);
        return new RunFailedException(ExitCode.SignIn, $"{sentence} ({Name(msal, number)})", remedy, e);
    }

    private static RunFailedException Strange(AuthSettings auth, string how, Exception e) => new(
        ExitCode.OutOfReach,
        $"Signing in: what answers at {Where(auth)} does not answer as a sign-in service does{how}.",
        "A proxy or a login page may stand in between; check auth.authority and the proxy.", e);

    /// <summary>Busy or out of reach; another attempt may fare better.</summary>
    public static bool MayPass(Exception e)
    {
        if (Network(e, Nowhere) is { } trouble) return trouble.MayPass;
        return e is MsalException msal && (msal.IsRetryable
            || msal.ErrorCode == "temporarily_unavailable"
            || AadErrors.IsTransient(Number(msal))
            || msal is MsalServiceException { StatusCode: 429 or >= 500 });
    }

    private static Trouble? Network(Exception e, Uri host) => e switch
    {
        HttpRequestException or IOException or OperationCanceledException => Trouble.Of(e, host),
        MsalException { InnerException: HttpRequestException or IOException or OperationCanceledException } => Trouble.Of(e.InnerException!, host),
        _ => null,
    };

    private static Uri Where(AuthSettings auth) => auth.ManagedIdentity is not null
        ? new Uri("this machine's identity endpoint", UriKind.Relative)
        : auth.Authority ?? Cloud.Named(auth.Cloud).Authority;

    private static string Name(MsalException e, int? number) => number is { } n ? $"AADSTS{n}" : e.ErrorCode;

    private static int? Number(MsalException e)
    {
        var text = (e as MsalServiceException)?.ErrorCodesForLogging is { Count: > 0 } codes
            ? codes[0]
            : Aadsts().Match(e.Message) is { Success: true } match ? match.Groups[1].Value : null;
        return int.TryParse(text, out var number) ? number : null;
    }

    [GeneratedRegex(@"AADSTS(\d{4,8})", RegexOptions.CultureInvariant)]
    private static partial Regex Aadsts();
}
