using MispGraphSync.Core.Domain;

namespace MispGraphSync.Tests.Mapping;

/// <summary>
/// What each service calls an observable, for the mapping page only: the destinations have their own tables, and their
/// snapshots hold them to it. Null where the service has no word.
/// </summary>
internal static class ServiceFieldNames
{
    public static string? Graph(Observable observable) => observable switch
    {
        Observable.DomainName => "domainName",
        Observable.Url => "url",
        Observable.NetworkAddress o => $"network{End(o.Direction)}IPv4 / IPv6",
        Observable.CidrBlock o => $"network{End(o.Direction)}CidrBlock",
        Observable.Port o => $"network{End(o.Direction)}Port",
        Observable.Protocol => "networkProtocol",
        Observable.AutonomousSystem o => o.Direction == Direction.Destination ? "networkDestinationAsn" : "networkSourceAsn",
        Observable.FileHash o => $"fileHashType {HashType(o.Algorithm)}, fileHashValue",
        Observable.FileName => "fileName",
        Observable.FilePath => "filePath",
        Observable.FileSize => "fileSize",
        Observable.FileType => "fileType",
        Observable.FileCompiled => "fileCompileDateTime",
        Observable.FileCreated => "fileCreatedDateTime",
        Observable.Mutex => "fileMutexName",
        Observable.EmailAddress o => o.Role == EmailRole.Recipient ? "emailRecipient" : "emailSenderAddress",
        Observable.EmailSourceDomain => "emailSourceDomain",
        Observable.EmailSourceAddress => "emailSourceIpAddress",
        Observable.EmailSenderName => "emailSenderName",
        Observable.EmailSubject => "emailSubject",
        Observable.EmailXMailer => "emailXMailer",
        Observable.UserAgent => "userAgent",
        _ => null,
    };

    public static string? Sentinel(Observable observable) => observable switch
    {
        Observable.DomainName => "domain-name:value",
        Observable.Url => "url:value",
        Observable.NetworkAddress or Observable.CidrBlock => "ipv4-addr:value / ipv6-addr:value",
        Observable.AutonomousSystem => "autonomous-system:number",
        Observable.FileHash o => "file:hashes." + StixHash(o.Algorithm),
        Observable.FileName => "file:name",
        Observable.Mutex => "mutex:name",
        Observable.EmailAddress => "email-addr:value",
        Observable.EmailSenderName => "email-addr:display_name",
        Observable.EmailSubject => "email-message:subject",
        Observable.EmailXMailer => "email-message:additional_header_fields.'X-Mailer'",
        Observable.EmailMessageId => "email-message:message_id",
        Observable.UserAgent => "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
        Observable.RegistryKey => "windows-registry-key:key",
        Observable.MacAddress => "mac-addr:value",
        Observable.CertificateFingerprint o => "x509-certificate:hashes." + StixHash(o.Algorithm),
        _ => null,
    };

    public static string? Defender(Observable observable) => observable switch
    {
        // Never resolved, so never seen by an endpoint.
        Observable.DomainName o when o.Value.EndsWith(".onion", StringComparison.Ordinal) => null,
        Observable.DomainName => "DomainName",
        Observable.Url => "Url",
        Observable.NetworkAddress => "IpAddress",
        Observable.FileHash { Algorithm: HashAlgorithm.Md5 } => "FileMd5",
        Observable.FileHash { Algorithm: HashAlgorithm.Sha1 } => "FileSha1",
        Observable.FileHash { Algorithm: HashAlgorithm.Sha256 } => "FileSha256",
        Observable.CertificateFingerprint { Algorithm: HashAlgorithm.Sha1 } => "CertificateThumbprint",
        _ => null,
    };

    private static string End(Direction direction) => direction == Direction.Unknown ? "" : direction.ToString();

    private static string HashType(HashAlgorithm algorithm) => algorithm switch
    {
        HashAlgorithm.Md5 => "md5",
        HashAlgorithm.Sha1 => "sha1",
        HashAlgorithm.Sha256 => "sha256",
        HashAlgorithm.Authentihash => "authenticodeHash256",
        HashAlgorithm.Ssdeep => "ctph",
        HashAlgorithm.Tlsh => "lsHash",
        _ => "unknown",
    };

    private static string StixHash(HashAlgorithm algorithm) => algorithm switch
    {
        HashAlgorithm.Md5 => "MD5",
        HashAlgorithm.Sha1 => "'SHA-1'",
        HashAlgorithm.Sha256 => "'SHA-256'",
        HashAlgorithm.Sha512 => "'SHA-512'",
        HashAlgorithm.Sha3Of256 => "'SHA3-256'",
        HashAlgorithm.Sha3Of512 => "'SHA3-512'",
        HashAlgorithm.Ssdeep => "SSDEEP",
        HashAlgorithm.Tlsh => "TLSH",
        _ => throw new InvalidOperationException($"STIX has no key for {algorithm}."),
    };
}
