using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>What the service holds against a body or against one item of it. Null is no objection.</summary>
internal static class TiRules
{
    private static readonly System.Collections.Frozen.FrozenDictionary<string, TiProperties.Kind>.AlternateLookup<ReadOnlySpan<char>> Declared =
        TiProperties.Declared.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] DefenderObservables =
        ["domainName", "url", "networkDestinationIPv4", "networkDestinationIPv6", "fileHashValue"];

    private static readonly string[] AddressesV4 = ["networkIPv4", "networkDestinationIPv4", "networkSourceIPv4"];

    private static readonly string[] AddressesV6 = ["networkIPv6", "networkDestinationIPv6", "networkSourceIPv6"];

    private static readonly string[] Blocks = ["networkCidrBlock", "networkDestinationCidrBlock", "networkSourceCidrBlock"];

    private static readonly string[] Ports = ["networkPort", "networkDestinationPort", "networkSourcePort"];

    /// <summary>A property of the wrong JSON type: the body as a whole cannot be read.</summary>
    public static string? Unreadable(JsonElement item, bool enumerationsToo)
    {
        if (item.ValueKind != JsonValueKind.Object) return "An item of 'value' is not an object.";

        Span<char> name = stackalloc char[64];
        foreach (var property in item.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(property);
            if (raw.Length > name.Length) continue;

            var length = Encoding.UTF8.GetChars(raw, name);
            if (!Declared.TryGetValue(name[..length], out var kind)) continue;
            if (!TiProperties.Fits(kind, property.Value)) return $"Cannot convert the value of property '{property.Name}'.";
            if (kind == TiProperties.Kind.Enumeration && enumerationsToo && !IsOneOf(property.Value, TiProperties.Enumerations[property.Name]))
                return $"Requested value '{property.Value}' of '{property.Name}' was not found.";
        }

        return null;
    }

    /// <summary>What is wrong with one new indicator.</summary>
    public static string? Fault(JsonElement item, DateTimeOffset now)
    {
        if (Text(item, "targetProduct") is not { } product) return Missing("targetProduct");
        if (Array.IndexOf(TiProperties.Products, product) < 0) return $"targetProduct '{product}' is not supported.";
        foreach (var required in (string[])["action", "description", "expirationDateTime", "threatType", "tlpLevel"])
        {
            if (!Has(item, required)) return Missing(required);
        }

        if (!TiProperties.ThreatTypes.Contains(Text(item, "threatType"))) return Invalid(item, "threatType");
        return FaultOfValues(item, now) ?? FaultOfObservables(item, defender: product == TiProperties.Products[1]);
    }

    /// <summary>What is wrong with a change of an indicator that stands for this product.</summary>
    public static string? FaultOfUpdate(JsonElement change, string product, DateTimeOffset now)
    {
        if (!Has(change, "expirationDateTime")) return Missing("expirationDateTime");
        if (Text(change, "targetProduct") is not { } stated) return Missing("targetProduct");
        if (stated != product) return "targetProduct cannot be changed.";

        var editable = product == TiProperties.Products[0] ? TiProperties.EditableForSentinel : TiProperties.EditableForDefender;
        foreach (var property in change.EnumerateObject())
        {
            if (property.Name is "id" or "targetProduct" || editable.Contains(property.Name)) continue;
            if (TiProperties.Declared.ContainsKey(property.Name)) return $"Property '{property.Name}' cannot be updated.";
        }

        return FaultOfValues(change, now);
    }

    private static string? FaultOfValues(JsonElement item, DateTimeOffset now)
    {
        foreach (var (name, values) in TiProperties.Enumerations)
        {
            if (Has(item, name) && !IsOneOf(item.GetProperty(name), values)) return Invalid(item, name);
        }

        if (Text(item, "description") is { } description && (description.Length > 100 || string.IsNullOrWhiteSpace(description)))
            return "description must have 1 to 100 characters.";
        if (Has(item, "expirationDateTime") && item.GetProperty("expirationDateTime").GetDateTimeOffset() <= now)
            return "expirationDateTime must be in the future.";
        if (Outside(item, "confidence", 0, 100)) return Invalid(item, "confidence");
        if (Outside(item, "severity", 0, 5)) return Invalid(item, "severity");
        if (Has(item, "killChain") && item.GetProperty("killChain").EnumerateArray().Any(phase => !IsOneOf(phase, TiProperties.KillChain)))
            return Invalid(item, "killChain");
        return null;
    }

    private static string? FaultOfObservables(JsonElement item, bool defender)
    {
        if (!TiProperties.Observables.Any(name => Has(item, name))) return "At least one email, network or file observable is required.";
        if (Has(item, "fileHashValue") && !Has(item, "fileHashType")) return Missing("fileHashType");
        if (defender && DefenderObservables.Count(name => Has(item, name)) != 1)
            return "Microsoft Defender ATP takes exactly one of domainName, url, networkDestinationIPv4, networkDestinationIPv6, fileHashValue.";
        if (defender && TiProperties.Observables.FirstOrDefault(name => Has(item, name) && !DefenderObservables.Contains(name)) is { } other)
            return $"Microsoft Defender ATP does not take '{other}'.";
        if (AddressesV4.FirstOrDefault(name => IsNoAddress(item, name, AddressFamily.InterNetwork)) is { } v4) return Invalid(item, v4);
        if (AddressesV6.FirstOrDefault(name => IsNoAddress(item, name, AddressFamily.InterNetworkV6)) is { } v6) return Invalid(item, v6);
        if (Blocks.FirstOrDefault(name => Text(item, name) is { } block && !IPNetwork.TryParse(block, out _)) is { } cidr) return Invalid(item, cidr);
        if (Ports.FirstOrDefault(name => Outside(item, name, 0, 65535)) is { } port) return Invalid(item, port);
        return Text(item, "url") is { } url && !Uri.TryCreate(url, UriKind.Absolute, out _) ? Invalid(item, "url") : null;
    }

    public static bool Has(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsNoAddress(JsonElement item, string name, AddressFamily family) =>
        Text(item, name) is { } text && !(IPAddress.TryParse(text, out var address) && address.AddressFamily == family);

    private static bool Outside(JsonElement item, string name, int least, int most) =>
        Has(item, name) && item.GetProperty(name).GetInt32() is var number && (number < least || number > most);

    private static bool IsOneOf(JsonElement value, string[] values)
    {
        foreach (var good in values)
        {
            if (value.ValueEquals(good)) return true;
        }

        return value.ValueKind == JsonValueKind.Null;
    }

    private static string Missing(string name) => $"Required property '{name}' is missing.";

    private static string Invalid(JsonElement item, string name) => $"Property '{name}' has an invalid value: {item.GetProperty(name).GetRawText()}.";
}
