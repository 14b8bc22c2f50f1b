using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MispGraphSync.Text;
using Polly;
using Serilog;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Speaks to one MISP server: its key goes to that server's address only, and appears in no log and no exception.
/// </summary>
internal sealed class MispClient
{
    /// <summary>Of an answer that is read whole: version, user, warninglists, a page of attributes.</summary>
    private const int LongestDocument = 64 * 1024 * 1024;

    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly Func<CancellationToken, ValueTask<string>> _key;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly MispErrors _faults;
    private readonly Secrets _secrets;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
    private string? _resolvedKey;
    private readonly Lock _gate = new();
    private Task<StrongBox<JsonElement>?>? _user;

    /// <param name="http">As <see cref="MispHttp.Create"/> makes it: without redirects, cookies and a time limit.</param>
    /// <param name="server">MISP's base address; a path in it is kept.</param>
    /// <param name="key">Asked once, when first needed.</param>
    /// <param name="timeout">For an answer's next bytes to arrive, and for one that comes too slowly.</param>
    /// <param name="secrets">The run's, which get the key, so that nothing repeats it; null: its own.</param>
    /// <param name="retries">False: each request is tried once.</param>
    public MispClient(
        HttpClient http,
        Uri server,
        Func<CancellationToken, ValueTask<string>> key,
        TimeSpan timeout,
        TimeProvider time,
        ILogger log,
        Secrets? secrets = null,
        bool retries = true)
    {
        _http = http;
        _server = new Uri(server.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/");
        _key = key;
        _timeout = timeout;
        _time = time;
        _secrets = secrets ?? new Secrets();
        _faults = new MispErrors(_server, timeout, _secrets);
        _pipeline = !retries ? ResiliencePipeline<HttpResponseMessage>.Empty : MispResilience.Create(time, (wait, outcome) => log.Warning(
            "MISP: {Failure}; trying again in {Wait} s",
            outcome.Result is { } answer ? $"status {(int)answer.StatusCode}" : outcome.Exception!.GetType().Name,
            Math.Round(wait.TotalSeconds)));
    }

    public Uri Server => _server;

    public MispErrors Errors => _faults;

    /// <summary>The answer of <c>users/view/me</c>, asked for once; undefined where the role may not ask.</summary>
    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public async Task<JsonElement> UserAsync(CancellationToken ct)
    {
        Task<StrongBox<JsonElement>?> user;
        lock (_gate) user = _user ??= MispJson.AskAsync(this, "users/view/me", root => new StrongBox<JsonElement>(root.Clone()), ct);
        return (await user)?.Value ?? default;
    }

    /// <summary>Sends an event search.</summary>
    /// <param name="canShrink">The same can be asked for in smaller portions if the server breaks down over it.</param>
    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public Task<MispResponse> SearchAsync(byte[] body, bool canShrink, CancellationToken ct) =>
        SearchAsync("events/restSearch", body, canShrink, ct);

    /// <summary>Sends a search whose answer is small enough to be held whole, with the server's time.</summary>
    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public async Task<(JsonDocument Json, DateTimeOffset ServerTime)> SearchWholeAsync(string path, byte[] body, CancellationToken ct)
    {
        using var answer = await SearchAsync(path, body, canShrink: true, ct);
        return await ReadWholeAsync(answer, ct);
    }

    /// <summary>Gets a small JSON document, with the server's time.</summary>
    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public async Task<(JsonDocument Json, DateTimeOffset ServerTime)> GetAsync(string path, CancellationToken ct)
    {
        var address = new Uri(_server, path);
        var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, address), canShrink: false, ct);
        using var answer = await OpenAsync(response, ct);
        return await ReadWholeAsync(answer, ct);
    }

    /// <summary>What an answer's body throws when it breaks off.</summary>
    public static bool IsBrokenResponse(Exception e) =>
        e is IOException or HttpRequestException or TimeoutException or InvalidDataException or MispGraphSync.Sources.Json.MispReadException;

    private async Task<MispResponse> SearchAsync(string path, byte[] body, bool canShrink, CancellationToken ct)
    {
        var search = SearchDefaults.Of(await UserAsync(ct)).Override(body);
        var response = await SendAsync(() =>
        {
            var content = new ByteArrayContent(search);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            return new HttpRequestMessage(HttpMethod.Post, new Uri(_server, path)) { Content = content };
        }, canShrink, ct);
        return await OpenAsync(response, ct);
    }

    private async Task<(JsonDocument Json, DateTimeOffset ServerTime)> ReadWholeAsync(MispResponse answer, CancellationToken ct)
    {
        using var whole = new MemoryStream();
        try
        {
            var buffer = new byte[64 * 1024];
            for (int read; (read = await answer.Body.ReadAsync(buffer, ct)) > 0;)
            {
                if (whole.Length + read > LongestDocument) throw _faults.OfStrangeAnswer();
                whole.Write(buffer, 0, read);
            }
            var length = _secrets.Mask(whole.GetBuffer().AsSpan(0, (int)whole.Length));
            return (JsonDocument.Parse(whole.GetBuffer().AsMemory(0, length)), answer.ServerTime);
        }
        catch (JsonException e)
        {
            // JSON that began and does not end is MISP's, cut off.
            throw whole.GetBuffer().AsSpan(0, (int)whole.Length).TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..]
                ? _faults.OfReading(e)
                : _faults.OfStrangeAnswer();
        }
        catch (Exception e) when (IsBrokenResponse(e))
        {
            throw _faults.OfReading(e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, bool canShrink, CancellationToken ct)
    {
        var key = _resolvedKey ??= _secrets.Add(Checked(await _key(ct)));
        var context = ResilienceContextPool.Shared.Get(ct);
        context.Properties.Set(MispResilience.Budget, new RetryBudget(canShrink, _time));
        HttpResponseMessage response;
        try
        {
            response = await _pipeline.ExecuteAsync(
                static (context, state) => state.Client.AttemptAsync(state.Request(), state.Key, context.CancellationToken),
                context,
                (Client: this, Request: request, Key: key));
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            throw _faults.Of(e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }
        using (var failed = await OpenAsync(response, ct))
        {
            throw await _faults.OfStatusAsync(response, failed.Body, ct);
        }
    }

    private async ValueTask<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, string key, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        using (request)
        {
            // Without Accept, MISP answers errors in HTML. The key stands bare: MISP knows no "Bearer".
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.TryAddWithoutValidation("Authorization", key);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("misp-graph", null));
            try
            {
                return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            }
            catch (OperationCanceledException e) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
            {
                throw new TimeoutException("The answer did not begin in time.", e);
            }
        }
    }

    private async Task<MispResponse> OpenAsync(HttpResponseMessage response, CancellationToken ct) =>
        new(response, new ReadTimeoutStream(await response.Content.ReadAsStreamAsync(ct), _timeout, _time), _time.GetUtcNow());

    /// <summary>A key with a line break or a letter that no header can carry would fail in ways that name it.</summary>
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
