using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace MispGraphSync.Http.SignIn;

/// <summary>
/// Fetches a secret from a Key Vault (Key Vault REST API, "Get Secret"). The response is the secret, so nothing of it reaches a
/// log, and no redirect is followed.
/// </summary>
/// <param name="identity">Who may read the secret.</param>
internal sealed class KeyVaultClient(AuthSettings identity, Transport transport)
{
    private const string ApiVersion = "7.4";

    private const int MaxResponse = 256 * 1024;

    /// <param name="secret">As <see cref="SecretReference.VaultAddress"/> gives it: at a Key Vault, nowhere else.</param>
    /// <exception cref="RunFailedException">It cannot be read; the message names the reference, never the secret.</exception>
    public async ValueTask<string> GetAsync(Uri secret, CancellationToken ct)
    {
        // The scope is the vault's domain in its cloud.
        var scope = $"https://{secret.Host[(secret.Host.IndexOf('.', StringComparison.Ordinal) + 1)..]}/.default";
        using var tokens = new MsalTokenSource(identity, scope, transport);
        using var http = SignInHttp.Client(transport, TimeSpan.FromSeconds(60), MaxResponse);
        try
        {
            var token = await tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
            var value = await SignInHttp.RetryAsync(transport, c => AskAsync(http, secret, token, c), ct).ConfigureAwait(false);
            return transport.Secrets.Add(value);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && Explain(e, secret) is { } failure)
        {
            throw new RunFailedException(
                failure.Outcome, $"The secret keyvault:{secret.AbsoluteUri} cannot be fetched. {failure.Message}", failure.Remedy, e);
        }
    }

    private static RunFailedException? Explain(Exception e, Uri secret) => e switch
    {
        RunFailedException failure => failure,
        ServiceBusyException => new RunFailedException(RunOutcome.Unreachable, e.Message, "Run again later."),
        _ when TransportError.Matches(e) && TransportError.From(e, secret) is var error =>
            new RunFailedException(RunOutcome.Unreachable, error.Message, $"Check the vault's name. {error.Remedy}"),
        _ => null,
    };

    private async Task<string> AskAsync(HttpClient http, Uri secret, string token, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(secret) { Query = $"api-version={ApiVersion}" }.Uri);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, ct).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            throw new ServiceBusyException(secret.Host, response.StatusCode, response.Headers.RetryAfter);
        var body = await response.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return ValueOf(body, secret);
        var length = transport.Secrets.Mask(body);
        throw Refused(response.StatusCode, body.AsMemory(0, length), secret);
    }

    private static string ValueOf(ReadOnlyMemory<byte> body, Uri secret)
    {
        try
        {
            using var json = ForeignJson.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("value", out var value)
                && value.ValueKind == JsonValueKind.String) return value.GetString()!;
        }
        catch (JsonException)
        {
            // Its message would quote the response.
        }

        throw new RunFailedException(
            RunOutcome.Unreachable, $"The server at {secret.Host} does not answer as a Key Vault does.",
            "Check the vault's name, the network and the proxy.");
    }

    /// <summary>Only those of an error in its documented form: any other response may hold the secret.</summary>
    private static string WordsOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = ForeignJson.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && ErrorBody.Find(json.RootElement, "error") is { ValueKind: JsonValueKind.Object } error
                && ErrorBody.Find(error, "message") is { ValueKind: JsonValueKind.String }) return ErrorBody.Read(error).ToString();
        }
        catch (JsonException)
        {
            // It is no error of a Key Vault.
        }

        return "no reason is given";
    }

    private static RunFailedException Refused(HttpStatusCode status, ReadOnlyMemory<byte> body, Uri secret)
    {
        if (ServiceUnavailable.From(status, body.Span, secret, "Key Vault", "the vault's name") is { } failure) return failure;
        var words = WordsOf(body);
        return status switch
        {
            HttpStatusCode.Unauthorized => new RunFailedException(
                RunOutcome.SignInFailed, $"{secret.Host} refuses the token (401): {words}",
                "auth.tenant and auth.cloud must be the vault's own."),
            HttpStatusCode.Forbidden => new RunFailedException(
                RunOutcome.SignInFailed, $"{secret.Host} refuses access (403): {words}",
                "Give the identity the role Key Vault Secrets User on the vault (or \"Get\" for secrets in its access policy), enable the "
                + "secret, and let this machine's address through the vault's firewall; a new role takes some minutes."),
            HttpStatusCode.NotFound => new RunFailedException(
                RunOutcome.InvalidInput, $"{secret.Host} has no such secret or version (404): {words}",
                "Check the secret's name and version, and that it is not deleted."),
            _ => new RunFailedException(
                RunOutcome.Unreachable, $"{secret.Host} rejected the request ({(int)status}): {words}",
                "Check the reference, the network and the proxy."),
        };
    }
}
