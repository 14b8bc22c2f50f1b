using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>The fault of one item, or null.</summary>
internal static class TiRules
{
    private static readonly string[] Required = ["action", "description", "expirationDateTime", "threatType", "tlpLevel"];

    private static readonly ulong AllRequired = TiProperties.BitsOf(Required);

    private static readonly string[] AddressesV4 = ["networkIPv4", "networkDestinationIPv4", "networkSourceIPv4"];

    private static readonly string[] AddressesV6 = ["networkIPv6", "networkDestinationIPv6", "networkSourceIPv6"];

    private static readonly string[] Blocks = ["networkCidrBlock", "networkDestinationCidrBlock", "networkSourceCidrBlock"];

    private static readonly string[] Ports = ["networkPort", "networkDestinationPort", "networkSourcePort"];

    private static readonly ulong WithForm = TiProperties.BitsOf([.. AddressesV4, .. AddressesV6, .. Blocks, .. Ports, "url"]);

    /// <summary>What is wrong with one new indicator.</summary>
    public static string? Fault(TiItem item, DateTimeOffset now)
    {
        if (item.Text("targetProduct") is not { } product) return Missing("targetProduct");
        if (Array.IndexOf(TiProperties.Products, product) < 0) return $"targetProduct '{product}' is not supported.";
        if ((item.Present & AllRequired) != AllRequired) return Missing(Array.Find(Required, name => !item.Has(name))!);
        if (!Array.Exists(TiProperties.ThreatTypes, item["threatType"].ValueEquals)) return Invalid(item, "threatType");

        return FaultOfValues(item, now) ?? FaultOfObservables(item, defender: product == TiProperties.Products[1]);
    }

    /// <summary>What is wrong with a change of an indicator of this product.</summary>
    public static string? FaultOfUpdate(TiItem change, string product, DateTimeOffset now)
    {
        if (!change.Has("expirationDateTime")) return Missing("expirationDateTime");
        if (change.Text("targetProduct") is not { } stated) return Missing("targetProduct");
        if (stated != product) return "targetProduct cannot be changed.";

        var editable = product == TiProperties.Products[0] ? TiProperties.EditableForSentinel : TiProperties.EditableForDefender;
        var fixedOnes = change.Present & ~editable & ~TiProperties.BitsOf("id", "targetProduct");
        return fixedOnes != 0
            ? $"Property '{TiProperties.Names[BitOperations.TrailingZeroCount(fixedOnes)]}' cannot be updated."
            : FaultOfValues(change, now);
    }

    private static string? FaultOfValues(TiItem item, DateTimeOffset now)
    {
        foreach (var (name, values) in TiProperties.Enumerations)
        {
            if (item.Has(name) && !Array.Exists(values, item[name].ValueEquals)) return Invalid(item, name);
        }

        if (item.Text("description") is { } description && (description.Length > 100 || string.IsNullOrWhiteSpace(description)))
            return "description must have 1 to 100 characters.";
        if (item.Has("expirationDateTime") && item["expirationDateTime"].GetDateTimeOffset() <= now)
            return "expirationDateTime must be in the future.";
        if (Outside(item, "confidence", 0, 100)) return Invalid(item, "confidence");
        if (Outside(item, "severity", 0, 5)) return Invalid(item, "severity");
        return HasUnknownPhase(item) ? Invalid(item, "killChain") : null;
    }

    private static string? FaultOfObservables(TiItem item, bool defender)
    {
        var observables = item.Present & TiProperties.Observables;
        if (observables == 0) return "At least one email, network or file observable is required.";
        if (item.Has("fileHashValue") && !item.Has("fileHashType")) return Missing("fileHashType");
        if (defender && FaultForDefender(item, observables) is { } fault) return fault;
        if ((observables & WithForm) == 0) return null;

        if (Array.Find(AddressesV4, name => IsNoAddress(item, name, AddressFamily.InterNetwork)) is { } v4) return Invalid(item, v4);
        if (Array.Find(AddressesV6, name => IsNoAddress(item, name, AddressFamily.InterNetworkV6)) is { } v6) return Invalid(item, v6);
        if (Array.Find(Blocks, name => IsNoNetwork(item, name)) is { } cidr) return Invalid(item, cidr);
        if (Array.Find(Ports, name => Outside(item, name, 0, 65535)) is { } port) return Invalid(item, port);
        return item.Text("url") is { } url && !Uri.TryCreate(url, UriKind.Absolute, out _) ? Invalid(item, "url") : null;
    }

    /// <summary>One observable; a destination address is repeated in the field without a direction.</summary>
    private static string? FaultForDefender(TiItem item, ulong observables)
    {
        if (BitOperations.PopCount(observables & TiProperties.DefenderObservables) != 1)
            return "Microsoft Defender ATP takes exactly one of domainName, url, networkDestinationIPv4, networkDestinationIPv6, "
                + "fileHashValue.";

        var repeated = item.Has("networkDestinationIPv4") ? "networkIPv4" : item.Has("networkDestinationIPv6") ? "networkIPv6" : null;
        if (repeated is not null && item.Text(repeated) is null) return "Missing indicators value";

        var allowed = TiProperties.DefenderObservables | (repeated is null ? 0 : TiProperties.Bit(repeated));
        return (observables & ~allowed) is var others and not 0
            ? $"Microsoft Defender ATP does not take '{TiProperties.Names[BitOperations.TrailingZeroCount(others)]}'."
            : null;
    }

    private static bool HasUnknownPhase(TiItem item) => item.Has("killChain")
        && !item["killChain"].EnumerateArray().All(phase => Array.Exists(TiProperties.KillChain, phase.ValueEquals));

    private static bool IsNoNetwork(TiItem item, string name) => item.Text(name) is { } block && !IPNetwork.TryParse(block, out _);

    private static bool IsNoAddress(TiItem item, string name, AddressFamily family) =>
        item.Text(name) is { } text && !(IPAddress.TryParse(text, out var address) && address.AddressFamily == family);

    private static bool Outside(TiItem item, string name, int least, int most) =>
        item.Has(name) && item[name].GetInt32() is var number && (number < least || number > most);

    private static string Missing(string name) => $"Required property '{name}' is missing.";

    private static string Invalid(TiItem item, string name) => $"Property '{name}' has an invalid value: {item[name].GetRawText()}.";
}
