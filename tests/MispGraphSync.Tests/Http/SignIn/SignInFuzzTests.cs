using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;
using Xunit;

namespace MispGraphSync.Tests.Http.SignIn;

/// <summary>
/// The answers of Entra and of a Key Vault, and the files that hold credentials, damaged: a token or secret that can be used, or a sentence
/// without the secret.
/// </summary>
public sealed class SignInFuzzTests : IDisposable
{
    private const string Secret = "not~to-be.told_4711";

    private static readonly Uri VaultSecret = new("https://contoso.vault.azure.net/secrets/s");

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-fuzz-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task Damaged_answer_of_Entra_lets_a_request_through_or_ends_in_words() => Fuzzing.EachAsync(250, async (_, random) =>
    {
        var transport = FuzzTransport.Of(new AnsweringHandler((request, _) => Answer(request, random)));
        await using var destination = new GraphDestination(new GraphSettings(Settings) { TargetProduct = "Azure Sentinel" }, transport);

        await TryAsync(async () =>
        {
            await destination.PrepareAsync(Ct);
            return "";
        });
    });

    [Fact]
    public Task Damaged_answer_of_Entra_shows_whether_the_tenant_exists() => Fuzzing.EachAsync(250, async (_, random) =>
    {
        var transport = FuzzTransport.Of(new AnsweringHandler((request, _) => Answer(request, random)));
        var input = new CheckInput(
            Registration.Kinds, new GraphSettings(Settings) { TargetProduct = "Azure Sentinel" }, transport,
            _ => Task.FromResult<CheckResult?>(null), Ct);

        var result = await TenantCheck.RunAsync(input, Ct);

        if (result.Cause is { Length: > 0 } cause) Fuzzing.AssertReadable(cause);
    });

    [Fact]
    public Task Damaged_answer_of_a_Key_Vault_is_a_secret_or_ends_in_words() => Fuzzing.EachAsync(60, async (_, random) =>
    {
        var isEntraRight = random.Next(4) > 0;
        var transport = FuzzTransport.Of(new AnsweringHandler((request, _) =>
            Answer(request, isEntraRight && request.RequestUri!.Host != VaultSecret.Host ? null : random)));
        var reference = new SecretReference($"keyvault:{VaultSecret}", _folder).WithVault(
            new KeyVaultClient(Settings.Auth, transport).GetAsync);

        var secret = await TryAsync(async () => await transport.ResolveSecret(reference, Ct));

        if (secret is not null) AssertUsable(secret);
    });

    [Fact]
    public async Task Secret_in_the_refusal_of_a_Key_Vault_is_not_repeated()
    {
        var refusal = Encoding.UTF8.GetBytes($$"""{"value":"{{Secret}}"}""");
        var transport = FuzzTransport.Of(new AnsweringHandler((request, _) => request.RequestUri!.Host == VaultSecret.Host
            ? Fuzzing.Response(new Random(1), 403, refusal)
            : Answer(request, random: null)));

        var failure = await Assert.ThrowsAsync<RunFailedException>(
            async () => await new KeyVaultClient(Settings.Auth, transport).GetAsync(VaultSecret, Ct));

        Assert.Equal(RunOutcome.SignInFailed, failure.Outcome);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_that_Entra_names_is_quoted_in_a_short_readable_sentence()
    {
        var discovery = JsonSerializer.SerializeToUtf8Bytes(new { msgraph_host = "\u001b[2J" + new string('x', 100_000) });
        var input = new CheckInput(
            Registration.Kinds, new GraphSettings(Settings) { TargetProduct = "Azure Sentinel" },
            FuzzTransport.Of(new AnsweringHandler((_, _) => Fuzzing.Response(new Random(1), 200, discovery))),
            _ => Task.FromResult<CheckResult?>(null), Ct);

        Fuzzing.AssertReadable((await TenantCheck.RunAsync(input, Ct)).Cause);
    }

    [Fact]
    public Task Damaged_secret_file_is_a_secret_or_ends_in_words() => Fuzzing.EachAsync(250, async (_, random) =>
    {
        var file = Path.Combine(_folder, "secret");
        await File.WriteAllBytesAsync(file, new JsonDamage(random).OfBytes(Encoding.UTF8.GetBytes(Secret + "\n")), Ct);

        var secret = await TryAsync(async () => await new SecretReference("file:secret", _folder).ResolveAsync(Ct));

        if (secret is not null) AssertUsable(secret);
    });

    [Fact]
    public async Task Damaged_certificate_file_is_a_certificate_with_its_key_or_ends_in_words()
    {
        using var made = SomeCertificate.Rsa();
        byte[][] files =
        [
            Encoding.UTF8.GetBytes(SomeCertificate.Pem(made)), Encoding.UTF8.GetBytes(SomeCertificate.Pem(made, Secret)),
            SomeCertificate.Pfx(made, null), SomeCertificate.Pfx(made, Secret),
        ];
        await Fuzzing.EachAsync(100, async (_, random) =>
        {
            var file = Path.Combine(_folder, "certificate");
            await File.WriteAllBytesAsync(file, new JsonDamage(random).OfBytes(files[random.Next(files.Length)]), Ct);

            await TryAsync(async () =>
            {
                using var read = await CertificateFile.LoadAsync(file, random.Next(3) == 0 ? null : Secret, Now, Ct);
                Assert.True(read.HasPrivateKey);
                return "";
            });
            await TryAsync(() =>
            {
                HttpSockets.Create(file).Dispose();
                return Task.FromResult("");
            });
        });
    }

    [Fact]
    public Task Damaged_token_file_is_sent_or_ends_in_words() => Fuzzing.EachAsync(150, async (_, random) =>
    {
        var file = Path.Combine(_folder, "token");
        var claims = new JsonDamage(random).Of($$"""{"appid":"a","tid":"t","exp":{{Now.AddHours(1).ToUnixTimeSeconds()}},"roles":["x"]}""");
        var token = Encoding.UTF8.GetBytes($"eyJ0.{Base64Url.EncodeToString(claims)}.c2ln\n");
        await File.WriteAllBytesAsync(file, random.Next(2) == 0 ? token : new JsonDamage(random).OfBytes(token), Ct);
        var auth = Settings.Auth with { ClientSecret = null, FederatedTokenFile = file };
        var transport = FuzzTransport.Of(new AnsweringHandler((request, _) => Answer(request, random: null)));
        using var tokens = new MsalTokenSource(auth, "https://service.example/.default", transport);

        await TryAsync(async () => await tokens.GetAsync(forceRefresh: false, Ct));
    });

    private DestinationSettings Settings => SomeIndicator.CommonSettings("graph", new Uri("https://service.example/")) with
    {
        Auth = new AuthSettings
        {
            Tenant = "11111111-1111-4111-8111-111111111111",
            ClientId = "22222222-2222-4222-8222-222222222222",
            ClientSecret = new SecretReference(Secret, _folder),
        },
    };

    private static void AssertUsable(string secret)
    {
        Assert.NotEmpty(secret);
        Assert.DoesNotContain(secret, char.IsControl);
    }

    private static async Task<string?> TryAsync(Func<Task<string>> run)
    {
        try
        {
            return await run();
        }
        catch (RunFailedException failure)
        {
            Fuzzing.AssertReadable($"{failure.Message} {failure.Remedy}");
            Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
            return null;
        }
    }

    /// <param name="random">Null: undamaged.</param>
    private static HttpResponseMessage Answer(HttpRequestMessage request, Random? random)
    {
        var (status, body) = request.RequestUri!.AbsolutePath switch
        {
            var path when path.EndsWith("/token", StringComparison.Ordinal) => random?.Next(3) == 0 ? (401, Refusal) : (200, Token),
            var path when path.Contains("openid-configuration", StringComparison.Ordinal) => (200, Discovery),
            var path when path.Contains("/secrets/", StringComparison.Ordinal) => random?.Next(4) == 0
                ? (403, """{"error":{"code":"Forbidden","message":"x","innererror":{"code":"AccessDenied"}}}""")
                : (200, $$$"""{"value":"{{{Secret}}}","id":"{{{VaultSecret}}}/1","attributes":{"enabled":true}}"""),
            _ => (200, """{"value":[]}"""),
        };
        return random is null
            ? Fuzzing.Response(new Random(1), status, Encoding.UTF8.GetBytes(body))
            : Fuzzing.Response(random, random.StatusOr(status), new JsonDamage(random).Of(body));
    }

    private const string Token =
        """{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"eyJ0.eyJhcHBpZCI6ImEiLCJ0aWQiOiJ0In0.c2ln"}""";

    private const string Refusal = """
        {"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Trace ID: x\r\nTimestamp: y",
         "error_codes":[7000215],"timestamp":"2026-01-02 03:04:05Z","trace_id":"x","correlation_id":"y","error_uri":"https://z.example"}
        """;

    private const string Discovery = """
        {"token_endpoint":"https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/oauth2/v2.0/token",
         "issuer":"https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/v2.0","tenant_region_scope":"EU",
         "cloud_instance_name":"microsoftonline.com","msgraph_host":"graph.microsoft.com"}
        """;
}
