using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>
/// Issues tokens that look like JWTs and are signed with a key that lives as long as the sandbox. They carry all that
/// the APIs need to know, so nothing is stored.
/// </summary>
internal sealed class TokenMint(Guid tenant, TimeProvider time)
{
    private static readonly string Header = Encode(new JsonObject { ["typ"] = "JWT", ["alg"] = "HS256", ["kid"] = "sandbox" });

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private long _generation;
    private long _issued;

    public TimeSpan Lifetime { get; set; }

    public long Issued => Interlocked.Read(ref _issued);

    /// <summary>Every token issued so far is answered 401 from now on.</summary>
    public void RevokeAll() => Interlocked.Increment(ref _generation);

    public string Issue(string audience, string appId, IEnumerable<string> roles)
    {
        var now = time.GetUtcNow();
        var claims = new JsonObject
        {
            ["aud"] = audience,
            ["iss"] = $"https://sts.windows.net/{tenant}/",
            ["tid"] = tenant.ToString(),
            ["appid"] = appId,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["gen"] = Interlocked.Read(ref _generation),
            ["jti"] = Interlocked.Increment(ref _issued),
        };
        var granted = roles.Select(role => (JsonNode?)role).ToArray();
        if (granted.Length > 0) claims["roles"] = new JsonArray(granted);
        var signed = $"{Header}.{Encode(claims)}";
        return $"{signed}.{Sign(signed)}";
    }

    /// <summary>Null for anything that is not a token of ours that is valid now.</summary>
    public AccessToken? Read(string text)
    {
        var dot = text.LastIndexOf('.');
        if (dot < 0 || Sign(text[..dot]) != text[(dot + 1)..]) return null;

        var payload = text.AsSpan(text.IndexOf('.') + 1, dot - text.IndexOf('.') - 1);
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
        var token = claims.RootElement;
        var read = new AccessToken(
            token.GetProperty("aud").GetString()!,
            token.GetProperty("appid").GetString()!,
            token.TryGetProperty("roles", out var roles) ? [.. roles.EnumerateArray().Select(role => role.GetString()!)] : [],
            DateTimeOffset.FromUnixTimeSeconds(token.GetProperty("exp").GetInt64()),
            token.GetProperty("gen").GetInt64());
        return read.Generation == Interlocked.Read(ref _generation) && time.GetUtcNow() < read.Expires ? read : null;
    }

    private string Sign(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, System.Text.Encoding.ASCII.GetBytes(text)));

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}
