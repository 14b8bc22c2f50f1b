using System.Buffers.Text;
using System.Text.Json;

namespace MispGraphSync.Http.SignIn;

/// <summary>What a token says of itself. Read to explain, never to trust: the signature is not looked at.</summary>
internal sealed record JwtClaims
{
    /// <summary>The tenant that issued it (<c>tid</c>).</summary>
    public string? Tenant { get; private init; }

    /// <summary>The application it speaks for (<c>appid</c> or <c>azp</c>).</summary>
    public string? Application { get; private init; }

    /// <summary>Application permissions (<c>roles</c>), in the token's order; empty where consent is missing.</summary>
    public IReadOnlyList<string> Roles { get; private init; } = [];

    public DateTimeOffset? Expires { get; private init; }

    /// <summary>Null for what is no readable token.</summary>
    public static JwtClaims? Read(string token)
    {
        if (token.Split('.') is not [_, var payload, _]) return null;
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
            var claims = json.RootElement;
            if (claims.ValueKind != JsonValueKind.Object) return null;
            return new JwtClaims
            {
                Tenant = Text(claims, "tid"),
                Application = Text(claims, "appid") ?? Text(claims, "azp"),
                Roles = RolesOf(claims),
                Expires = ExpiryOf(claims),
            };
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string[] RolesOf(JsonElement claims) => claims.TryGetProperty("roles", out var roles) && roles.ValueKind == JsonValueKind.Array
        ? [.. roles.EnumerateArray().Where(role => role.ValueKind == JsonValueKind.String).Select(role => role.GetString()!)]
        : [];

    private static DateTimeOffset? ExpiryOf(JsonElement claims) =>
        claims.TryGetProperty("exp", out var exp) && exp.ValueKind == JsonValueKind.Number && exp.TryGetDouble(out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    private static string? Text(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
