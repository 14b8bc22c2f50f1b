using System.Globalization;
using System.Text;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Http.SignIn;

/// <summary>The token that Kubernetes or a CI system keeps in a file, and that Entra takes in a secret's place.</summary>
internal static class FederatedToken
{
    /// <exception cref="RunFailedException">Usage: there is none. SignIn: it has run out.</exception>
    public static async Task<string> ReadAsync(string file, DateTimeOffset now, CancellationToken ct)
    {
        var text = Encoding.UTF8.GetString(await CredentialFile.ReadAsync(file, ct).ConfigureAwait(false)).Trim();
        if (JwtClaims.Read(text) is not { } claims)
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"auth.federatedTokenFile: {file} holds no token.", "It must be the file that your platform writes a JSON Web Token (eyJ…) into, such as AZURE_FEDERATED_TOKEN_FILE names.");
        if (claims.Expires is { } expires && expires <= now)
            throw new RunFailedException(
                RunOutcome.SignInFailed,
                $"auth.federatedTokenFile: the token in {file} ran out at {expires.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}.",
                "Whoever writes the file must replace it before that: look at the projected volume or the CI job that issues it, and at this machine's clock.");
        return text;
    }
}
