using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The receiving end behind Graph. Its exact name is the wire's word: "Microsoft Sentinel" would be an error.</summary>
internal sealed record GraphProduct(string Name, bool IsDefender)
{
    /// <summary>Takes every observable, several in one indicator; most fields can be changed in place.</summary>
    public static GraphProduct Sentinel { get; } = new("Azure Sentinel", IsDefender: false);

    /// <summary>Takes one domain, URL, destination address or file hash; changes expiry, severity and description only.</summary>
    public static GraphProduct Defender { get; } = new("Microsoft Defender ATP", IsDefender: true);

    /// <exception cref="RunFailedException">Usage: no such product.</exception>
    public static GraphProduct Named(string name) =>
        name == Sentinel.Name ? Sentinel
        : name == Defender.Name ? Defender
        : throw new RunFailedException(
            RunOutcome.InvalidInput, $"targetProduct: Graph knows no product named {name}.", $"Use {Sentinel.Name} or {Defender.Name}.");
}
