namespace MispGraphSync.Tests.Mapping;

/// <summary>One attribute with its combined and its single observables.</summary>
internal sealed record Example(string Type, string Value, string Combined, params string[] Singles);

/// <summary>An example for each type that can be an indicator.</summary>
internal static class Examples
{
    private const string PieceWise = "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4HYuL8N3TzS8QsO/wqWXLcMSx:sF1LjEtHHlZDrJzrhuyZvHYm8tKp/RWO";
    private static readonly string H32 = Hex(32), H40 = Hex(40), H56 = Hex(56), H64 = Hex(64);
    private static readonly string H70 = Hex(70), H96 = Hex(96), H128 = Hex(128);

    public static IReadOnlyList<Example> All { get; } =
    [
        new("md5", H32, $"Md5:{H32}", $"Md5:{H32}"),
        new("sha1", H40, $"Sha1:{H40}", $"Sha1:{H40}"),
        new("sha224", H56, $"Sha224:{H56}"),
        new("sha256", H64, $"Sha256:{H64}", $"Sha256:{H64}"),
        new("sha384", H96, $"Sha384:{H96}"),
        new("sha512", H128, $"Sha512:{H128}", $"Sha512:{H128}"),
        new("sha512/224", H56, $"Sha512Of224:{H56}"),
        new("sha512/256", H64, $"Sha512Of256:{H64}"),
        new("sha3-224", H56, $"Sha3Of224:{H56}"),
        new("sha3-256", H64, $"Sha3Of256:{H64}", $"Sha3Of256:{H64}"),
        new("sha3-384", H96, $"Sha3Of384:{H96}"),
        new("sha3-512", H128, $"Sha3Of512:{H128}", $"Sha3Of512:{H128}"),
        new("authentihash", H64, $"Authentihash:{H64}"),
        new("ssdeep", PieceWise, $"Ssdeep:{PieceWise}", $"Ssdeep:{PieceWise}"),
        new("tlsh", "T1" + H70, $"Tlsh:t1{H70}", $"Tlsh:t1{H70}"),
        new("imphash", H32, $"Imphash:{H32}"),
        new("impfuzzy", PieceWise, $"Impfuzzy:{PieceWise}"),
        new("pehash", H40, $"Pehash:{H40}"),
        new("vhash", "015056655d15556az5nz15z", "Vhash:015056655d15556az5nz15z"),
        new("telfhash", H70, $"Telfhash:{H70}"),
        new("cdhash", H40, $"Cdhash:{H40}"),

        new("filename|md5", $"a.exe|{H32}", $"name:a.exe + Md5:{H32}", $"Md5:{H32}"),
        new("filename|sha1", $"a.exe|{H40}", $"name:a.exe + Sha1:{H40}", $"Sha1:{H40}"),
        new("filename|sha224", $"a.exe|{H56}", $"name:a.exe + Sha224:{H56}"),
        new("filename|sha256", $"a.exe|{H64}", $"name:a.exe + Sha256:{H64}", $"Sha256:{H64}"),
        new("filename|sha384", $"a.exe|{H96}", $"name:a.exe + Sha384:{H96}"),
        new("filename|sha512", $"a.exe|{H128}", $"name:a.exe + Sha512:{H128}", $"Sha512:{H128}"),
        new("filename|sha512/224", $"a.exe|{H56}", $"name:a.exe + Sha512Of224:{H56}"),
        new("filename|sha512/256", $"a.exe|{H64}", $"name:a.exe + Sha512Of256:{H64}"),
        new("filename|sha3-224", $"a.exe|{H56}", $"name:a.exe + Sha3Of224:{H56}"),
        new("filename|sha3-256", $"a.exe|{H64}", $"name:a.exe + Sha3Of256:{H64}", $"Sha3Of256:{H64}"),
        new("filename|sha3-384", $"a.exe|{H96}", $"name:a.exe + Sha3Of384:{H96}"),
        new("filename|sha3-512", $"a.exe|{H128}", $"name:a.exe + Sha3Of512:{H128}", $"Sha3Of512:{H128}"),
        new("filename|authentihash", $"a.exe|{H64}", $"name:a.exe + Authentihash:{H64}"),
        new("filename|ssdeep", $"a.exe|{PieceWise}", $"name:a.exe + Ssdeep:{PieceWise}", $"Ssdeep:{PieceWise}"),
        new("filename|tlsh", $"a.exe|{H70}", $"name:a.exe + Tlsh:{H70}", $"Tlsh:{H70}"),
        new("filename|imphash", $"a.exe|{H32}", $"name:a.exe + Imphash:{H32}"),
        new("filename|impfuzzy", $"a.exe|{PieceWise}", $"name:a.exe + Impfuzzy:{PieceWise}"),
        new("filename|pehash", $"a.exe|{H40}", $"name:a.exe + Pehash:{H40}"),
        new("filename|vhash", "a.exe|0150z", "name:a.exe + Vhash:0150z"),
        new("malware-sample", $"a.exe|{H32}", $"name:a.exe + Md5:{H32}", $"Md5:{H32}"),

        new("filename", @"C:\Users\Public\a.exe", @"name:a.exe + path:C:\Users\Public\a.exe", "name:a.exe"),
        new("mutex", @"Global\one-of-us", @"mutex:Global\one-of-us", @"mutex:Global\one-of-us"),
        new("regkey", @"HKLM\Software\Evil", "", @"regkey:HKLM\Software\Evil"),
        new("x509-fingerprint-md5", H32, "", $"x509-Md5:{H32}"),
        new("x509-fingerprint-sha1", H40, "", $"x509-Sha1:{H40}"),
        new("x509-fingerprint-sha256", H64, "", $"x509-Sha256:{H64}"),

        new("ip-src", "192.0.2.7", "ip-src:192.0.2.7", "ip-src:192.0.2.7"),
        new("ip-dst", "192.0.2.7", "ip-dst:192.0.2.7", "ip-dst:192.0.2.7"),
        new("ip-src|port", "192.0.2.7|8080", "ip-src:192.0.2.7 + port-src:8080", "ip-src:192.0.2.7"),
        new("ip-dst|port", "192.0.2.7|8080", "ip-dst:192.0.2.7 + port-dst:8080", "ip-dst:192.0.2.7"),
        new("domain", "evil.example", "domain:evil.example", "domain:evil.example"),
        new("hostname", "www.evil.example", "domain:www.evil.example", "domain:www.evil.example"),
        new("onion-address", "abcdefghijklmnop.onion", "domain:abcdefghijklmnop.onion", "domain:abcdefghijklmnop.onion"),
        new("domain|ip", "evil.example|192.0.2.7", "domain:evil.example + ip:192.0.2.7", "domain:evil.example", "ip:192.0.2.7"),
        new("hostname|port", "www.evil.example|443", "domain:www.evil.example + port:443", "domain:www.evil.example"),
        new("port", "4444", "port:4444"),
        new("AS", "AS64500", "as:64500", "as:64500"),
        new("mac-address", "00-00-5E-00-53-01", "", "mac:00:00:5e:00:53:01"),
        new("url", "https://evil.example/a", "url:https://evil.example/a", "url:https://evil.example/a"),
        new("uri", "https://evil.example/a", "url:https://evil.example/a", "url:https://evil.example/a"),
        new("user-agent", "Evil/1.0", "user-agent:Evil/1.0", "user-agent:Evil/1.0"),

        new("email", "a@evil.example", "email-sender:a@evil.example", "email-sender:a@evil.example"),
        new("email-src", "a@evil.example", "email-sender:a@evil.example + email-domain:evil.example", "email-sender:a@evil.example"),
        new("email-dst", "a@evil.example", "email-recipient:a@evil.example", "email-recipient:a@evil.example"),
        new("email-reply-to", "a@evil.example", "", "email-replyto:a@evil.example"),
        new("email-src-display-name", "The Bank", "email-name:The Bank", "email-name:The Bank"),
        new("email-subject", "Your invoice", "subject:Your invoice", "subject:Your invoice"),
        new("email-attachment", "invoice.zip", "name:invoice.zip", "name:invoice.zip"),
        new("email-x-mailer", "Evil Mailer 2", "x-mailer:Evil Mailer 2", "x-mailer:Evil Mailer 2"),
        new("email-message-id", "<1@evil.example>", "", "message-id:<1@evil.example>"),

        new("stix2-pattern", "[domain-name:value = 'evil.example']", "", "domain:evil.example"),
    ];

    /// <summary>That many hex digits, not all the same.</summary>
    public static string Hex(int length) => string.Concat(Enumerable.Repeat("0123456789abcdef", 8))[..length];
}
