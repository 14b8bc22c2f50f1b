using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Http;
using MispGraphSync.Settings;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The client of one MISP server. The key is sent to that server only, and is in no log and no exception. Each method throws
/// <see cref="MispException"/> if there is no response, or an invalid one.
/// </summary>
/// <param name="http">As <see cref="CreateHttp"/> makes it.</param>
/// <param name="server">MISP's base address; a path in it is kept.</param>
/// <param name="key">Resolved once, when first needed.</param>
/// <param name="timeout">For the next bytes of a response to arrive, and for one that arrives too slowly.</param>
/// <param name="secrets">The run's, which get the key, so that it is masked everywhere; null: its own.</param>
/// <param name="retries">False: each request is tried once.</param>
internal sealed class MispClient(
    HttpClient http,
    Uri server,
    Func<CancellationToken, ValueTask<string>> key,
    TimeSpan timeout,
    TimeProvider time,
    ILogger log,
    Secrets? secrets = null,
    bool retries = true)
{
    /// <summary>Of a response that is read as a whole: version, user, warninglists, a page of attributes.</summary>
    private const int LongestDocument = 64 * 1024 * 1024;

    private readonly Secrets _secrets = secrets ?? new Secrets();
    private readonly RetryPolicy _retry = new(time, new RetryOptions());
    private readonly Lock _gate = new();
    private string? _resolvedKey;
    private Task<JsonElement>? _user;

    public Uri Server { get; } = new(server.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
    public MispErrors Errors => field ??= new MispErrors(Server, timeout, _secrets);

    /// <summary>
    /// No redirects, because MISP in maintenance redirects to itself and the key must not be sent to another origin; no cookies, because
    /// each response would start a session that nobody ends. The timeout is for the next bytes, not for a whole response.
    /// </summary>
    /// <param name="caFile">PEM file with authorities besides the system's; null for none.</param>
    /// <param name="proxy">Null: the system's.</param>
    /// <exception cref="Core.Ports.RunFailedException">The file with authorities cannot be read.</exception>
    public static HttpClient CreateHttp(MispSettings settings, string? caFile, Uri? proxy) =>
        new(HttpSockets.Create(caFile, proxy, settings.VerifyCert)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The response of <c>users/view/me</c>, requested once; undefined if the role may not request it.</summary>
    public Task<JsonElement> UserAsync(CancellationToken ct)
    {
        lock (_gate) return _user ??= GetIfAllowedAsync("users/view/me", ct);
    }

    /// <summary>Searches for events.</summary>
    /// <param name="canShrink">The same can be requested in smaller pages if the server fails on it.</param>
    /// <param name="skipItems">The events come without attributes and objects.</param>
    public async Task<EventSearch> SearchEventsAsync(JsonObject body, bool canShrink, bool skipItems, CancellationToken ct) =>
        new(await SearchAsync("events/restSearch", body, canShrink, ct), Errors, skipItems);

    /// <summary>Sends a search whose response is small enough to be held as a whole, with the server's time.</summary>
    public async Task<(JsonDocument Json, DateTimeOffset ServerTime)> SearchWholeAsync(
        string path, JsonObject body, CancellationToken ct, bool canShrink = true)
    {
        using var response = await SearchAsync(path, body, canShrink, ct);
        return await ReadWholeAsync(response, ct);
    }

    /// <summary>Gets a small JSON document, with the server's time.</summary>
    public async Task<(JsonDocument Json, DateTimeOffset ServerTime)> GetAsync(string path, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Get, path, body: null, canShrink: false, ct);
        return await ReadWholeAsync(response, ct);
    }

    /// <summary>Posts JSON that may be sent twice without harm, and that no search default concerns.</summary>
    /// <param name="canShrink">A failing server is not asked again: the caller sends less.</param>
    public async Task<(JsonDocument Json, DateTimeOffset ServerTime)> PostAsync(
        string path, string body, CancellationToken ct, bool canShrink = true)
    {
        using var response = await SendAsync(HttpMethod.Post, path, body, canShrink, ct);
        return await ReadWholeAsync(response, ct);
    }

    /// <summary>Gets a small JSON document; undefined if the role may not request it.</summary>
    public async Task<JsonElement> GetIfAllowedAsync(string path, CancellationToken ct)
    {
        try
        {
            var (json, _) = await GetAsync(path, ct);
            using (json) return json.RootElement.Clone();
        }
        catch (MispException e) when (e.Kind is MispErrorKind.SignIn or MispErrorKind.NotFound)
        {
            return default;
        }
    }

    private async Task<MispResponse> SearchAsync(string path, JsonObject body, bool canShrink, CancellationToken ct)
    {
        new SearchDefaults(await UserAsync(ct)).OverrideIn(body);
        return await SendAsync(HttpMethod.Post, path, body.ToJsonString(), canShrink, ct);
    }

    private async Task<(JsonDocument Json, DateTimeOffset ServerTime)> ReadWholeAsync(MispResponse response, CancellationToken ct)
    {
        using var whole = new MemoryStream();
        try
        {
            var buffer = new byte[64 * 1024];
            for (int read; (read = await response.Body.ReadAsync(buffer, ct)) > 0;)
            {
                if (whole.Length + read > LongestDocument) throw Errors.NotMisp();
                whole.Write(buffer, 0, read);
            }
            var length = _secrets.Mask(whole.GetBuffer().AsSpan(0, (int)whole.Length));
            return (ForeignJson.Parse(whole.GetBuffer().AsMemory(0, length)), response.ServerTime);
        }
        catch (JsonException e)
        {
            // A beginning of JSON without an end is MISP's, cut off.
            throw whole.GetBuffer().AsSpan(0, (int)whole.Length).TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..]
                ? Errors.OfReading(e)
                : Errors.NotMisp();
        }
        catch (Exception e) when (MispErrors.IsBrokenResponse(e))
        {
            throw Errors.OfReading(e);
        }
    }

    private async Task<MispResponse> SendAsync(HttpMethod method, string path, string? body, bool canShrink, CancellationToken ct)
    {
        _resolvedKey ??= _secrets.Add(Checked(await key(ct)));
        HttpResponseMessage response;
        try
        {
            var failure = "";
            response = await _retry.RunAsync(
                new RetryState(),
                attempt => AttemptAsync(method, new Uri(Server, path), body, attempt),
                (response, error) =>
                {
                    failure = response is null ? error!.GetType().Name : $"status {(int)response.StatusCode}";
                    return Judge(response, error, canShrink);
                },
                ct,
                wait => log.Warning("MISP: {Failure}; trying again in {Wait} s", failure, Math.Round(wait.TotalSeconds)));
        }
        catch (Exception e) when (TransportError.Matches(e))
        {
            throw Errors.OfSending(e);
        }

        var stream = new ReadTimeoutStream(await response.Content.ReadAsStreamAsync(ct), timeout, time);
        var opened = new MispResponse(response, stream, time.GetUtcNow());
        if (response.IsSuccessStatusCode) return opened;
        using (opened) throw await Errors.OfStatusAsync(response, opened.Body, ct);
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpMethod method, Uri address, string? body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null) request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        // Without Accept, MISP sends errors in HTML. The key has no prefix: MISP knows no "Bearer".
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("Authorization", _resolvedKey);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("misp-graph", null));
        return await TimeLimit.RunAsync(
            timeout, time, limited => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited), ct);
    }

    /// <summary>
    /// A response that failed, and that can be requested in smaller pages, is not repeated: a smaller page is the better try. Throttling
    /// is waited out.
    /// </summary>
    private RetryVerdict Judge(HttpResponseMessage? response, Exception? error, bool canShrink)
    {
        if (!retries) return default;
        var asked = response is null ? null : RetryAfter.FromHeaders(response, time.GetUtcNow());
        if (response is { StatusCode: HttpStatusCode.TooManyRequests }) return new RetryVerdict(RetryKind.Throttled, asked);
        var allowed = (Status: (int?)response?.StatusCode, error) switch
        {
            (503, _) => 5,
            ( >= 500, _) or (_, HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }) => canShrink ? 0 : 5,
            (_, TimeoutException) => canShrink ? 0 : 1,
            (_, HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }) => 0,
            (_, { } e) when e.GetBaseException() is SocketException { SocketErrorCode: SocketError.HostNotFound } => 0,
            (_, { } e) when TransportError.Matches(e) => 3,
            _ => 0,
        };
        return new RetryVerdict(RetryKind.Failed, asked, allowed);
    }

    /// <summary>A key with a line break or another invalid character would fail in ways that quote it.</summary>
    private static string Checked(string key)
    {
        var trimmed = key.Trim();
        return trimmed.Length > 0 && trimmed.All(c => c is > ' ' and < '\u007F')
            ? trimmed
            : throw new MispException(
                MispErrorKind.SignIn,
                trimmed.Length == 0 ? "misp.key is empty." : "misp.key holds characters that no key of MISP has.",
                "Copy the whole auth key from MISP, nothing else.");
    }
}
