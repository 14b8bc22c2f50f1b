using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>Whether signing in works. The token itself is never shown.</summary>
internal static class TokenCheck
{
    public static Check Of(DestinationContext one) => new($"{one.Name} token", async () =>
        (await one.Token.GetAsync().ConfigureAwait(false)).Lacks ?? CheckResult.Ok($"signed in by {Way(one.Settings.Auth)}"));

    private static string Way(AuthSettings auth) => auth switch
    {
        { ManagedIdentity.ClientId: { } id } => $"the managed identity {id}",
        { ManagedIdentity: not null } => "this machine's managed identity",
        { Certificate: not null } => "certificate",
        { FederatedTokenFile: not null } => "federated token",
        _ => "client secret",
    };
}
