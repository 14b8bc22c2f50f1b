using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MispGraphSync.Destinations.Graph;

/// <summary>One observable property of a tiIndicator: a text, or a number where <see cref="Text"/> is null.</summary>
internal readonly record struct GraphField(string Name, string? Text, long Number = 0)
{
    public override string ToString() => Text is null ? $"{Name}={Number}" : $"{Name}={Text}";
}

/// <summary>Turns observables into tiIndicator's properties ("Indicator observables" of its page).</summary>
internal static class GraphFields
{
    /// <summary>
    /// Sorted by name, each once, whatever the order of the observables; what Graph has no property for is skipped.
    /// Several file names share one property, separated by commas. Of anything else the first in order counts.
    /// </summary>
    public static List<GraphField> Of(IReadOnlyList<Observable> observables, GraphProduct product)
    {
        var fields = new List<GraphField>(observables.Count + 1);
        (string Type, string Value)? hash = null;
        for (var i = 0; i < observables.Count; i++)
        {
            if (observables[i] is Observable.FileHash found)
            {
                var other = (HashType(found.Algorithm), found.Value);
                if (hash is null || Compare(other, hash.Value) < 0) hash = other;
            }
            else if (Of(observables[i], product) is { } field)
            {
                fields.Add(field);
            }
        }
        if (hash is { } chosen)
        {
            fields.Add(new GraphField("fileHashType", chosen.Type));
            fields.Add(new GraphField("fileHashValue", chosen.Value));
        }
        if (fields.Count > 1) Tidy(fields);
        return fields;
    }

    /// <summary>Null where Graph has no property for it. A hash has two and is not asked here.</summary>
    public static GraphField? Of(Observable observable, GraphProduct product) => observable switch
    {
        Observable.DomainName o => new("domainName", o.Value),
        Observable.Url o => new("url", o.Value),
        Observable.NetworkAddress o => new(
            AddressName(product.IsDefender ? Direction.Destination : o.Direction, o.Value), o.Value.ToString()),
        Observable.CidrBlock o =>
            new(Ends(o.Direction, "networkCidrBlock", "networkSourceCidrBlock", "networkDestinationCidrBlock"), o.Value.ToString()),
        Observable.Port o => new(Ends(o.Direction, "networkPort", "networkSourcePort", "networkDestinationPort"), null, o.Value),
        Observable.Protocol o => new("networkProtocol", null, o.Value),
        // There is no property for an unknown end.
        Observable.AutonomousSystem o =>
            new(Ends(o.Direction, "networkSourceAsn", "networkSourceAsn", "networkDestinationAsn"), null, o.Value),
        Observable.FileHash => null,
        Observable.FileName o => new("fileName", o.Value),
        Observable.FilePath o => new("filePath", o.Value),
        Observable.FileSize o => new("fileSize", null, o.Value),
        Observable.FileType o => new("fileType", o.Value),
        Observable.FileCompiled o => new("fileCompileDateTime", Instant(o.Value)),
        Observable.FileCreated o => new("fileCreatedDateTime", Instant(o.Value)),
        Observable.Mutex o => new("fileMutexName", o.Value),
        Observable.EmailAddress { Role: EmailRole.Sender } o => new("emailSenderAddress", o.Value),
        Observable.EmailAddress { Role: EmailRole.Recipient } o => new("emailRecipient", o.Value),
        Observable.EmailAddress => null,
        Observable.EmailSourceDomain o => new("emailSourceDomain", o.Value),
        Observable.EmailSourceAddress o => new("emailSourceIpAddress", o.Value.ToString()),
        Observable.EmailSenderName o => new("emailSenderName", o.Value),
        Observable.EmailSubject o => new("emailSubject", o.Value),
        Observable.EmailXMailer o => new("emailXMailer", o.Value),
        Observable.EmailMessageId => null,
        Observable.UserAgent o => new("userAgent", o.Value),
        Observable.RegistryKey => null,
        Observable.MacAddress => null,
        Observable.CertificateFingerprint => null,
        _ => throw new InvalidOperationException($"No property is named for {observable.GetType().Name}."),
    };

    /// <summary>Graph's word; <c>unknown</c> for the many that it has none for.</summary>
    public static string HashType(HashAlgorithm algorithm) => algorithm switch
    {
        HashAlgorithm.Md5 => "md5",
        HashAlgorithm.Sha1 => "sha1",
        HashAlgorithm.Sha256 => "sha256",
        HashAlgorithm.Authentihash => "authenticodeHash256",
        HashAlgorithm.Tlsh => "lsHash",
        HashAlgorithm.Ssdeep => "ctph",
        _ => "unknown",
    };

    /// <summary>A property and its value in MISP's words; Graph's own word where there are none.</summary>
    public static IndicatorLabel LabelOf(string name, string value, string? hashType) => name switch
    {
        "domainName" => new("domain", value),
        "userAgent" => new("user-agent", value),
        "fileHashValue" => new(LabelOfHash(hashType), value),
        "fileName" => new("filename", value),
        "filePath" => new("filepath", value),
        "fileSize" => new("size-in-bytes", value),
        "fileType" => new("mime-type", value),
        "fileMutexName" => new("mutex", value),
        "fileCompileDateTime" => new("compilation-timestamp", value),
        "fileCreatedDateTime" => new("creation-timestamp", value),
        "networkProtocol" => new("protocol", value),
        "networkSourceAsn" or "networkDestinationAsn" => new("AS", "AS" + value),
        "emailSenderAddress" or "emailRecipient" => new("email", value),
        "emailSourceDomain" => new("email-domain", value),
        "emailSourceIpAddress" => new("ip", value),
        "emailSenderName" => new("email-src-display-name", value),
        "emailSubject" => new("email-subject", value),
        "emailXMailer" => new("email-x-mailer", value),
        _ when name.EndsWith("Port", StringComparison.Ordinal) => new("port", value),
        _ when name.StartsWith("network", StringComparison.Ordinal) => new("ip", value),
        _ => new(name, value),
    };

    private static string LabelOfHash(string? type) => type switch
    {
        "md5" or "sha1" or "sha256" => type,
        "authenticodeHash256" => "authentihash",
        "lsHash" => "tlsh",
        "ctph" => "ssdeep",
        _ => IndicatorLabel.Hash,
    };

    /// <summary>UTC, whole seconds.</summary>
    public static string Instant(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:s}Z");

    public static string AddressName(Direction direction, IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6
        ? Ends(direction, "networkIPv6", "networkSourceIPv6", "networkDestinationIPv6")
        : Ends(direction, "networkIPv4", "networkSourceIPv4", "networkDestinationIPv4");

    private static string Ends(Direction direction, string unknown, string source, string destination) => direction switch
    {
        Direction.Source => source,
        Direction.Destination => destination,
        _ => unknown,
    };

    private static int Compare((string Type, string Value) one, (string Type, string Value) other)
    {
        var byType = string.CompareOrdinal(one.Type, other.Type);
        return byType != 0 ? byType : string.CompareOrdinal(one.Value, other.Value);
    }

    private static void Tidy(List<GraphField> fields)
    {
        fields.Sort(static (a, b) =>
        {
            var byName = string.CompareOrdinal(a.Name, b.Name);
            if (byName != 0) return byName;
            return a.Text is null ? a.Number.CompareTo(b.Number) : string.CompareOrdinal(a.Text, b.Text);
        });
        for (var i = fields.Count - 1; i > 0; i--)
        {
            var (first, second) = (fields[i - 1], fields[i]);
            if (first.Name != second.Name) continue;
            if (first.Name == "fileName" && first.Text != second.Text) fields[i - 1] = first with { Text = $"{first.Text},{second.Text}" };
            fields.RemoveAt(i);
        }
    }
}
