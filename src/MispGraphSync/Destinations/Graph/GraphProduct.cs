namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// The product behind Graph ("tiIndicator", targetProduct). The service takes its exact name only, not "Microsoft Sentinel".
/// </summary>
internal sealed record GraphProduct(string Name, bool IsDefender)
{
    public const string SentinelName = "Azure Sentinel";
    public const string DefenderName = "Microsoft Defender ATP";

    /// <summary>Takes every observable, several in one indicator; most fields can be changed in place.</summary>
    public static GraphProduct Sentinel { get; } = new(SentinelName, IsDefender: false);

    /// <summary>Takes one domain, URL, destination address or file hash; changes expiry, severity and description only.</summary>
    public static GraphProduct Defender { get; } = new(DefenderName, IsDefender: true);

    /// <exception cref="RunFailedException">InvalidInput: no such product.</exception>
    public static GraphProduct Named(string name) =>
        name == Sentinel.Name ? Sentinel
        : name == Defender.Name ? Defender
        : throw new RunFailedException(
            RunOutcome.InvalidInput, $"targetProduct: {name} is not a product that Graph knows.",
            $"Use {Sentinel.Name} or {Defender.Name}.");

    /// <summary>Why the product cannot take a source; null when it can.</summary>
    public SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action)
    {
        if (action == IndicatorAction.Warn) return SkipReason.ActionNotAllowed;
        if (source.IsPattern) return SkipReason.NoFieldHere;
        return IsDefender ? OfSingle(source.Single) : OfCombined(source);
    }

    private static SkipReason? OfCombined(IndicatorSource source)
    {
        var hasField = false;
        foreach (var observable in source.Combined)
        {
            if (observable is Observable.Url { HasScheme: false }) return SkipReason.InvalidUrl;
            hasField |= observable is Observable.FileHash || GraphFields.Of(observable, Sentinel) is not null;
        }

        return hasField ? null : SkipReason.NoFieldHere;
    }

    private static SkipReason? OfSingle(Observable? observable) => observable switch
    {
        Observable.Url { HasScheme: false } => SkipReason.InvalidUrl,
        Observable.DomainName or Observable.Url => null,
        Observable.NetworkAddress { Direction: Direction.Destination } => null,
        Observable.FileHash { Algorithm: HashAlgorithm.Md5 or HashAlgorithm.Sha1 or HashAlgorithm.Sha256 } => null,
        _ => SkipReason.NoFieldHere,
    };
}
