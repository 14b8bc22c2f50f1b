using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations.Graph;

/// <summary>What a product behind Graph cannot take ("tiIndicator", targetProduct).</summary>
internal static class GraphLimits
{
    /// <summary>Null when it can.</summary>
    public static SkipReason? SkipReasonFor(IndicatorSource support, GraphProduct product, IndicatorAction action)
    {
        if (action == IndicatorAction.Warn) return SkipReason.ActionNotAllowed;
        if (support.IsPattern) return SkipReason.NoFieldHere;
        return product.IsDefender ? RefusesSingle(support.Single) : RefusesCombination(support);
    }

    private static SkipReason? RefusesCombination(IndicatorSource support)
    {
        var hasField = false;
        foreach (var observable in support.Combined)
        {
            if (observable is Observable.Url { HasScheme: false }) return SkipReason.InvalidUrl;
            hasField |= observable is Observable.FileHash || GraphFields.Of(observable, GraphProduct.Sentinel) is not null;
        }
        return hasField ? null : SkipReason.NoFieldHere;
    }

    /// <summary>Defender for Endpoint: one domain, URL, file hash of three kinds, or address, of destinations only.</summary>
    private static SkipReason? RefusesSingle(Observable? observable) => observable switch
    {
        Observable.Url { HasScheme: false } => SkipReason.InvalidUrl,
        Observable.DomainName or Observable.Url => null,
        Observable.NetworkAddress { Direction: Direction.Destination } => null,
        Observable.FileHash { Algorithm: HashAlgorithm.Md5 or HashAlgorithm.Sha1 or HashAlgorithm.Sha256 } => null,
        _ => SkipReason.NoFieldHere,
    };
}
