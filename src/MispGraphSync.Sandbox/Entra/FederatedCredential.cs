using System.Security.Cryptography.X509Certificates;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>The issuer whose tokens an application accepts instead of a secret: all three texts exactly, signed with the key.</summary>
public sealed record FederatedCredential(string Issuer, string Subject, X509Certificate2 Key)
{
    public string Audience { get; init; } = "api://AzureADTokenExchange";
}
