using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Http.SignIn;

/// <summary>
/// Fetches a secret from a Key Vault (Key Vault REST API, "Get Secret"). The answer is the secret, so neither it nor anything
/// of it reaches a log, and no redirect is followed.
/// </summary>
/// <param name="identity">Who may read the secret.</param>
internal sealed class KeyVaultClient(AuthSettings identity, Transport transport)
{
    public const string ApiVersion = "7.4";

    private const int LongestAnswer = 256 * 1024;

    /// <summary>The scope of a vault's tokens: the vault's domain in its cloud.</summary>
    public static string ScopeOf(Uri secret) => $"https://{secret.Host[(secret.Host.IndexOf('.', StringComparison.Ordinal) + 1)..]}/.default";

    /// <param name="secret">As <see cref="SecretReference.VaultAddress"/> gives it: at a Key Vault, nowhere else.</param>
    /// <exception cref="RunFailedException">It cannot be had; the message names the reference, never the secret.</exception>
    public async ValueTask<string> GetAsync(Uri secret, CancellationToken ct)
    {
        using var tokens = new MsalTokenSource(identity, ScopeOf(secret), transport);
        using var http = new HttpClient(new SignInLogHandler(transport) { InnerHandler = transport.Sockets }, disposeHandler: false)
        {
            Timeout = TimeSpan.FromSeconds(60),
            MaxResponseContentBufferSize = LongestAnswer,
        };
        try
        {
            var token = await tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
            var found = await SignInRetries.RunAsync(transport, c => AskAsync(http, secret, token, c), ct).ConfigureAwait(false);
            return transport.Secrets.Add(found);
        }
        catch (RunFailedException signIn)
        {
            throw new RunFailedException(signIn.Outcome, $"The secret {NameOf(secret)} cannot be fetched. {signIn.Message}", signIn.Remedy, signIn);
        }
        catch (ServiceBusyException busy)
        {
            throw new RunFailedException(RunOutcome.Unreachable, $"The secret {NameOf(secret)} cannot be fetched. {busy.Message}", "Run again later.", busy);
        }
        catch (Exception e) when (TransportError.Matches(e) && !ct.IsCancellationRequested)
        {
            var trouble = TransportError.From(e, secret);
            throw new RunFailedException(
                RunOutcome.Unreachable, $"The secret {NameOf(secret)} cannot be fetched. {trouble.Message}",
                $"Check the vault's name. {trouble.Remedy}", e);
        }
    }

    private async Task<string> AskAsync(HttpClient http, Uri secret, string token, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(secret) { Query = $"api-version={ApiVersion}" }.Uri);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct).ConfigureAwait(false);
        if (answer.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            throw new ServiceBusyException(secret.Host, answer.StatusCode, answer.Headers.RetryAfter);
        var body = await answer.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode) return ValueOf(body, secret);
        var length = transport.Secrets.Mask(body);
        throw Refused(answer.StatusCode, body.AsMemory(0, length), secret);
    }

    private static string ValueOf(ReadOnlyMemory<byte> body, Uri secret)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("value", out var value)
                && value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Its message would quote the answer.
        }

        throw new RunFailedException(
            RunOutcome.Unreachable, $"What answers at {secret.Host} does not answer as a Key Vault does.", "Check the vault's name, the network and the proxy.");
    }

    private static RunFailedException Refused(HttpStatusCode status, ReadOnlyMemory<byte> body, Uri secret)
    {
        if (status is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest)
            return new RunFailedException(
                RunOutcome.Unreachable, $"{secret.Host} answered with a redirect ({(int)status}), which is not followed.", "Check the vault's name and the proxy.");
        if (ErrorBody.IsWebPage(body.Span))
            return new RunFailedException(
                RunOutcome.Unreachable, $"What answers at {secret.Host} sent a web page ({(int)status}), not an answer of a Key Vault.",
                "A proxy or a login page may stand in between: have this host allowed; check the proxy and the vault's name.");
        var words = ErrorBody.Read(body);
        return status switch
        {
            HttpStatusCode.Unauthorized => new RunFailedException(
                RunOutcome.SignInFailed, $"{secret.Host} refuses the token (401): {words}", "auth.tenant and auth.cloud must be the vault's own."),
            HttpStatusCode.Forbidden => new RunFailedException(
                RunOutcome.SignInFailed, $"{secret.Host} refuses access (403): {words}",
                "Give the identity the role Key Vault Secrets User on the vault (or \"Get\" for secrets in its access policy), enable the secret, "
                + "and let this machine's address through the vault's firewall; a new role takes some minutes."),
            HttpStatusCode.NotFound => new RunFailedException(
                RunOutcome.InvalidInput, $"{secret.Host} has no such secret or version (404): {words}", "Check the secret's name and version, and that it is not deleted."),
            _ => new RunFailedException(
                RunOutcome.Unreachable, $"{secret.Host} turned the request down ({(int)status}): {words}", "Check the reference, the network and the proxy."),
        };
    }

    private static string NameOf(Uri secret) => $"keyvault:{secret.AbsoluteUri}";
}
