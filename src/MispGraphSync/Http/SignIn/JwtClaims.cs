using System.Buffers.Text;
using System.Text.Json;

namespace MispGraphSync.Http.SignIn;

/// <summary>What a token says. Read to explain, never to trust: the signature is not looked at.</summary>
/// <param name="App">The application that signed in (<c>appid</c>; <c>azp</c> in tokens of version 2).</param>
/// <param name="Tenant">The tenant that issued it (<c>tid</c>).</param>
/// <param name="Roles">Application permissions, in the token's order; empty where consent is missing.</param>
internal sealed record JwtClaims(string? App, string? Tenant, IReadOnlyList<string> Roles, DateTimeOffset? Expires)
{
    /// <summary>Null for what is no readable token.</summary>
    public static JwtClaims? Read(string token)
    {
        if (token.Split('.') is not [_, var payload, _]) return null;
        try
        {
            using var json = ForeignJson.Parse(Base64Url.DecodeFromChars(payload));
            var claims = json.RootElement;
            if (claims.ValueKind != JsonValueKind.Object) return null;
            string[] roles = claims.TryGetProperty("roles", out var all) && all.ValueKind == JsonValueKind.Array
                ? [.. all.EnumerateArray().Where(role => role.ValueKind == JsonValueKind.String).Select(role => role.GetString()!)]
                : [];
            DateTimeOffset? expires = claims.TryGetProperty("exp", out var exp) && exp.ValueKind == JsonValueKind.Number
                && exp.TryGetDouble(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;
            return new JwtClaims(Text("appid") ?? Text("azp"), Text("tid"), roles, expires);

            string? Text(string name) =>
                claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
