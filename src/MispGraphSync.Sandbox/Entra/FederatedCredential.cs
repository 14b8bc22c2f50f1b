using System.Security.Cryptography.X509Certificates;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>Whose tokens an application trusts in a secret's place: all three texts to the letter, signed with the key.</summary>
public sealed record FederatedCredential(string Issuer, string Subject, X509Certificate2 Key)
{
    public string Audience { get; init; } = "api://AzureADTokenExchange";
}
