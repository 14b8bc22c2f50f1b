using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>Checks the JWT that an application signs in with instead of a secret.</summary>
internal static class ClientAssertion
{
    /// <returns>Null when it is good, else the AADSTS number.</returns>
    public static int? Fault(string assertion, AppRegistration app, DateTimeOffset now)
    {
        try
        {
            var parts = assertion.Split('.');
            if (parts.Length != 3) return 50012;

            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            if (Text(claims, "iss") is { } issuer && issuer == app.FederatedIssuer) return null;
            if (Text(claims, "iss") != app.ClientId || Text(claims, "sub") != app.ClientId) return 50012;

            // A number by the standard, a text from MSAL.
            var expires = claims.RootElement.TryGetProperty("exp", out var exp) && long.TryParse(exp.ToString(), out var seconds) ? seconds : 0;
            if (now.ToUnixTimeSeconds() > expires + 300) return 500133;

            var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
            var signature = Base64Url.DecodeFromChars(parts[2]);
            var algorithm = Text(header, "alg");
            return app.Certificates.Any(certificate => Signed(certificate, algorithm, signed, signature)) ? null : 700027;
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or InvalidOperationException)
        {
            return 50012;
        }
    }

    private static bool Signed(X509Certificate2 certificate, string? algorithm, byte[] signed, byte[] signature)
    {
        using var key = certificate.GetRSAPublicKey();
        var padding = algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        return key?.VerifyData(signed, signature, HashAlgorithmName.SHA256, padding) == true;
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
