using Microsoft.AspNetCore.Http;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using Xunit;

namespace MispGraphSync.Tests.Http.SignIn;

/// <summary>Microsoft's real library against an authority on loopback.</summary>
public class SignInTests
{
    private const string Tenant = "11111111-1111-4111-8111-111111111111";
    private const string Scope = "https://graph.microsoft.com/.default";
    private const string Secret = "not-to-be-told";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_is_cached_until_a_refresh_is_forced()
    {
        var asked = 0;
        await using var authority = await TlsServer.StartAsync(c => c.Response.WriteAsync(Token($"t{++asked}")));
        using var test = new TestTransport(HttpSockets.Create(authority.CaFile, direct: true));
        using var tokens = Tokens(authority, test);

        Assert.Equal("t1", await tokens.GetAsync(false, Ct));
        Assert.Equal("t1", await tokens.GetAsync(false, Ct));
        Assert.Equal("t2", await tokens.GetAsync(true, Ct));
        Assert.Equal("t2", await tokens.GetAsync(false, Ct));
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData(7000215, "secret is wrong")]
    [InlineData(7000222, "expired")]
    [InlineData(700016, "is not in tenant")]
    [InlineData(90002, "no tenant")]
    [InlineData(99999, "credential was not accepted")]
    [InlineData(700025, "public client")]
    [InlineData(501051, "is not assigned")]
    [InlineData(50105, "is not assigned")]
    [InlineData(65001, "No administrator has consented")]
    [InlineData(1002012, "must end in /.default")]
    [InlineData(50196, "too often")]
    [InlineData(900023, "neither the id of a tenant nor a domain")]
    [InlineData(500014, "switched off in the tenant")]
    [InlineData(500021, "access to tenants is restricted")]
    [InlineData(53000, "Conditional access")]
    [InlineData(700030, "was not accepted")]
    public async Task Entra_error_number_becomes_a_sentence_with_a_remedy(int number, string sentence)
    {
        var asked = 0;
        await using var authority = await TlsServer.StartAsync(c => Refuse(c, number, ref asked));
        using var test = new TestTransport(HttpSockets.Create(authority.CaFile, direct: true));
        using var tokens = Tokens(authority, test);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => test.PassAsync(tokens.GetAsync(false, Ct).AsTask()));

        Assert.Equal(RunOutcome.SignInFailed, failure.Outcome);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"AADSTS{number}", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(403, "text/html", "<html><title>Blocked</title>Blocked by policy</html>")]
    [InlineData(404, "text/html", "<html>404 Not Found</html>")]
    [InlineData(407, "text/html", "<html>Who are you?</html>")]
    [InlineData(400, "text/html", "<html></html>")]
    [InlineData(403, "application/json", """{"message":"Blocked by policy"}""")]
    [InlineData(403, "text/plain", "Blocked by policy")]
    [InlineData(403, "text/plain", "")]
    public async Task Foreign_response_is_reported_as_out_of_reach(int status, string type, string body)
    {
        await using var authority = await TlsServer.StartAsync(c =>
        {
            (c.Response.StatusCode, c.Response.ContentType) = (status, type);
            return c.Response.WriteAsync(body);
        });
        using var test = new TestTransport(HttpSockets.Create(authority.CaFile, direct: true));
        using var tokens = Tokens(authority, test);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => test.PassAsync(tokens.GetAsync(false, Ct).AsTask()));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Contains($"does not answer as a sign-in service does ({status})", failure.Message, StringComparison.Ordinal);
        Assert.Contains("proxy", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_that_is_no_word_is_not_repeated()
    {
        await using var authority = await TlsServer.StartAsync(c =>
        {
            (c.Response.StatusCode, c.Response.ContentType) = (429, "application/json");
            return c.Response.WriteAsync("{\"error\":\"a\\r\\nb\",\"error_description\":\"c\"}");
        });
        using var test = new TestTransport(HttpSockets.Create(authority.CaFile, direct: true));
        using var tokens = Tokens(authority, test);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => test.PassAsync(tokens.GetAsync(false, Ct).AsTask()));

        Assert.Equal("The sign-in service is busy (no known error).", failure.Message);
    }

    [Fact]
    public async Task Token_that_no_header_can_hold_is_reported_as_out_of_reach()
    {
        await using var authority = await TlsServer.StartAsync(c => c.Response.WriteAsync(Token("a\\r\\nb")));
        using var test = new TestTransport(HttpSockets.Create(authority.CaFile, direct: true));
        using var tokens = Tokens(authority, test);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => test.PassAsync(tokens.GetAsync(false, Ct).AsTask()));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
    }

    [Fact]
    public void Unresponsive_sign_in_host_is_named()
    {
        // As HttpClient throws it.
        var never = new TaskCanceledException("too long", new TimeoutException("too long", new TaskCanceledException()));

        var failure = SignInErrors.Explain(never,
            new AuthSettings { Tenant = Tenant, ClientId = Tenant, Authority = new Uri("https://login.example") }, Scope)!;

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Equal("Signing in: No answer from login.example in time.", failure.Message);
    }

    [Fact]
    public async Task Slow_sign_in_does_not_count_towards_the_attempt_timeout()
    {
        using var test = new TestTransport(new ScriptedHandler(ScriptedHandler.Says(200)));
        using var client = new ServiceClient(new Uri("https://service.example"), 1000, test.Transport, new SlowTokens(test.Time));
        using var exchange = new ApiCall
        {
            Destination = "d",
            Operation = "check",
            Method = HttpMethod.Get,
            Uri = new Uri("x", UriKind.Relative)
        };

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => test.PassAsync(client.SendAsync(exchange, Ct)));

        Assert.Equal("the sign-in host", failure.Message);
    }

    [Fact]
    public async Task Busy_sign_in_service_is_retried_a_limited_number_of_times()
    {
        var asked = 0;
        await using var authority = await TlsServer.StartAsync(c => Refuse(c, 90033, ref asked));
        using var test = new TestTransport(HttpSockets.Create(authority.CaFile, direct: true));
        using var tokens = Tokens(authority, test);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => test.PassAsync(tokens.GetAsync(false, Ct).AsTask()));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Equal(6, asked);
    }

    [Fact]
    public async Task Unreachable_sign_in_service_is_out_of_reach()
    {
        var authority = await TlsServer.StartAsync(c => c.Response.WriteAsync(""));
        using var test = new TestTransport(HttpSockets.Create(direct: true));
        using var tokens = Tokens(authority, test);
        await authority.DisposeAsync();

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => test.PassAsync(tokens.GetAsync(false, Ct).AsTask()));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Contains("localhost", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_credential_is_a_settings_error()
    {
        using var test = new TestTransport();
        using var tokens = new MsalTokenSource(new AuthSettings { Tenant = Tenant, ClientId = Tenant }, Scope, test.Transport);

        var failure = await Assert.ThrowsAsync<RunFailedException>(async () => await tokens.GetAsync(false, Ct));

        Assert.Equal(RunOutcome.InvalidInput, failure.Outcome);
    }

    [Fact]
    public void Every_cloud_has_its_own_hosts_and_only_the_global_one_has_tiIndicators()
    {
        Assert.Equal(["china", "gcc", "global", "usgov", "usgovdod"], Cloud.Names);
        Assert.Equal("https://dod-graph.microsoft.us/.default", CloudHosts.ScopeOf(GraphKind.Hosts.In("usgovdod")!));
        Assert.Equal("https://management.usgovcloudapi.net/.default", CloudHosts.ScopeOf(SentinelKind.Management.In("usgov")!));
        Assert.Null(DefenderKind.Hosts.In("china"));
        Assert.Equal(["gcc", "global"], Cloud.Names.Where(GraphKind.HasTiIndicators));
        Assert.Equal(RunOutcome.InvalidInput, Assert.Throws<RunFailedException>(() => Cloud.Named("moon")).Outcome);
    }

    private sealed class SlowTokens(TimeProvider time) : ITokenSource
    {
        public async ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct)
        {
            await Task.Delay(TimeSpan.FromMinutes(5), time, ct);
            throw new RunFailedException(RunOutcome.Unreachable, "the sign-in host");
        }
    }

    private static MsalTokenSource Tokens(TlsServer authority, TestTransport test)
    {
        var auth = new AuthSettings
        {
            Tenant = Tenant,
            ClientId = "22222222-2222-4222-8222-222222222222",
            ClientSecret = new SecretReference(Secret, "/"),
            Authority = authority.At("localhost"),
        };
        return new MsalTokenSource(auth, Scope, test.Transport with { ResolveSecret = (_, _) => ValueTask.FromResult(Secret) });
    }

    private static string Token(string value) => $$"""{"token_type":"Bearer","expires_in":3599,"access_token":"{{value}}"}""";

    private static Task Refuse(HttpContext context, int number, ref int asked)
    {
        asked++;
        context.Response.StatusCode = number == 90033 ? 503 : 401;
        context.Response.ContentType = "application/json";
        var error = number == 90033 ? "temporarily_unavailable" : "invalid_client";
        return context.Response.WriteAsync(
            $$"""{"error":"{{error}}","error_description":"AADSTS{{number}}: words","error_codes":[{{number}}]}""");
    }
}
