namespace MispGraphSync.Destinations.Defender;

/// <summary>The words of <c>indicatorType</c>; their case counts.</summary>
internal static class DefenderTypes
{
    public const string FileMd5 = "FileMd5";
    public const string FileSha1 = "FileSha1";
    public const string FileSha256 = "FileSha256";
    public const string CertificateThumbprint = "CertificateThumbprint";
    public const string IpAddress = "IpAddress";
    public const string DomainName = "DomainName";
    public const string Url = "Url";
}
