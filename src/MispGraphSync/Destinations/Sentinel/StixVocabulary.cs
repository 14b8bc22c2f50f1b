using System.Globalization;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>STIX's and Sentinel's spelling of what an indicator says.</summary>
internal static class StixVocabulary
{
    public const string KillChain = "lockheed-martin-cyber-kill-chain";

    /// <summary>The marking definitions of TLP 1 and TLP 2, the strictest first.</summary>
    private static readonly (string Id, string Word)[] Markings =
    [
        ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"),
        ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"),
        ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"),
        ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber"),
        ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"),
        ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"),
        ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"),
        ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white"),
        ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"),
    ];

    /// <summary>TLP 1's marking: how Sentinel shows those of TLP 2 is documented nowhere.</summary>
    public static string Marking(Tlp tlp) => tlp switch
    {
        Tlp.Clear => "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
        Tlp.Green => "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        Tlp.Amber or Tlp.AmberStrict => "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
        _ => "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
    };

    /// <summary>The strictest TLP among markings; null when none of them is one.</summary>
    public static string? TlpOf(IReadOnlyCollection<string> markings)
    {
        foreach (var (id, word) in Markings)
        {
            if (markings.Contains(id, StringComparer.OrdinalIgnoreCase)) return word;
        }
        return null;
    }

    public static string Of(KillChainPhase phase) => phase switch
    {
        KillChainPhase.Reconnaissance => "reconnaissance",
        KillChainPhase.Weaponization => "weaponization",
        KillChainPhase.Delivery => "delivery",
        KillChainPhase.Exploitation => "exploitation",
        KillChainPhase.Installation => "installation",
        KillChainPhase.CommandAndControl => "command-and-control",
        _ => "actions-on-objectives",
    };

    /// <summary>STIX's word for the kind of threat (its open vocabulary, indicator-type-ov).</summary>
    public static string StixType(ThreatType type) =>
        type is ThreatType.Darknet or ThreatType.Proxy ? "anonymization" : "malicious-activity";

    /// <summary>UTC, milliseconds: what STIX 2.1's schema asks of <c>created</c> and <c>modified</c>.</summary>
    public static string Instant(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:s}.{at.Millisecond:D3}Z");
}
