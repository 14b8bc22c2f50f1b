namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Whether Sentinel is documented to match an observable with logs (tier P, and IPv6 addresses), or only stores it
/// (tier U, address ranges included).
/// </summary>
public static class SentinelTier
{
    public static bool IsMatched(Observable single) => single switch
    {
        Observable.NetworkAddress or Observable.EmailSourceAddress => true,
        Observable.DomainName or Observable.Url or Observable.EmailAddress => true,
        Observable.CertificateFingerprint => true,
        Observable.FileHash { Algorithm: HashAlgorithm.Md5 or HashAlgorithm.Sha1 or HashAlgorithm.Sha256 } => true,
        _ => false,
    };
}
