using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>
/// Checks the JWT that an application signs in with instead of a secret: one that it signed with a registered certificate,
/// or one that a trusted issuer made.
/// </summary>
internal static class ClientAssertion
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <param name="endpoints">The tenant's token endpoint and issuer: whom an assertion of the application's own is made out to.</param>
    /// <returns>Null when it is good, else the AADSTS number.</returns>
    public static int? Fault(string assertion, AppRegistration app, IReadOnlyCollection<string> endpoints, DateTimeOffset now)
    {
        try
        {
            var parts = assertion.Split('.');
            if (parts.Length != 3) return 50012;

            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
            var signature = Base64Url.DecodeFromChars(parts[2]);
            return Text(claims, "iss") == app.ClientId
                ? OfCertificate(app, header, claims, signed, signature, endpoints, now)
                : OfFederation(app, header, claims, signed, signature, now);
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or InvalidOperationException)
        {
            return 50012;
        }
    }

    private static int? OfCertificate(
        AppRegistration app, JsonDocument header, JsonDocument claims, byte[] signed, byte[] signature,
        IReadOnlyCollection<string> endpoints, DateTimeOffset now)
    {
        if (Text(claims, "sub") != app.ClientId || !endpoints.Contains(Text(claims, "aud") ?? "")) return 50012;
        if (!IsTimely(claims, now)) return 700024;

        // The header names the certificate by its thumbprint; an expired one does not count.
        var named = app.Certificates.FirstOrDefault(certificate =>
            Text(header, "x5t#S256") == Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256))
            || Text(header, "x5t") == Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA1)));
        if (named is null || now > named.NotAfter) return 700027;
        return Signed(named, Text(header, "alg"), signed, signature) ? null : 700027;
    }

    private static int? OfFederation(
        AppRegistration app, JsonDocument header, JsonDocument claims, byte[] signed, byte[] signature, DateTimeOffset now)
    {
        if (app.Federation is not { } trusted || Text(claims, "iss") != trusted.Issuer) return 700211;
        if (Text(claims, "sub") != trusted.Subject) return 700213;
        if (Text(claims, "aud") != trusted.Audience) return 700212;
        if (!IsTimely(claims, now)) return 700024;
        return Signed(trusted.Key, Text(header, "alg"), signed, signature) ? null : 50013;
    }

    /// <summary>A number by the standard, a text from MSAL.</summary>
    private static bool IsTimely(JsonDocument claims, DateTimeOffset now) =>
        now <= Instant(claims, "exp") + Tolerance && now >= Instant(claims, "nbf") - Tolerance;

    private static DateTimeOffset Instant(JsonDocument claims, string name)
    {
        var seconds = 0L;
        if (claims.RootElement.TryGetProperty(name, out var value)) _ = long.TryParse(value.ToString(), out seconds);
        return DateTimeOffset.FromUnixTimeSeconds(seconds);
    }

    private static bool Signed(X509Certificate2 certificate, string? algorithm, byte[] signed, byte[] signature)
    {
        using var key = certificate.GetRSAPublicKey();
        var padding = algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return key?.VerifyData(signed, signature, HashAlgorithmName.SHA256, padding) == true;
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
