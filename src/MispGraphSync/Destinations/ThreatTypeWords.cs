using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations;

/// <summary>Microsoft's spelling of the kinds of threat, the same at Graph and at Sentinel; its case counts.</summary>
internal static class ThreatTypeWords
{
    public static string Of(ThreatType type) => type switch
    {
        ThreatType.Botnet => "Botnet",
        ThreatType.C2 => "C2",
        ThreatType.CryptoMining => "CryptoMining",
        ThreatType.Darknet => "Darknet",
        ThreatType.DDoS => "DDoS",
        ThreatType.MaliciousUrl => "MaliciousUrl",
        ThreatType.Malware => "Malware",
        ThreatType.Phishing => "Phishing",
        ThreatType.Proxy => "Proxy",
        ThreatType.PUA => "PUA",
        _ => "WatchList",
    };
}
