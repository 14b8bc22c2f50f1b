using System.Text.Json;
using MispGraphSync.Core.Hits;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// The observed values of one evidence item. Nothing is taken of what names the victim: devices, users, mailboxes, paths, command lines,
/// recipients. A type that is not known here gives nothing.
/// </summary>
internal static class GraphEvidence
{
    public static IEnumerable<ObservedValue> Of(JsonElement item) => Read(item).OfType<ObservedValue>();

    private static IEnumerable<ObservedValue?> Read(JsonElement item) => item.Text("@odata.type")?.Split('.')[^1] switch
    {
        "ipEvidence" => [ObservedValue.OfAddress(item.Text("ipAddress"))],
        "urlEvidence" => [ObservedValue.OfUrl(item.Text("url"))],
        "fileEvidence" => HashesOf(item.Find("fileDetails")),
        "fileHashEvidence" => [HashOf(item.Text("algorithm"), item.Text("value"))],
        "processEvidence" => [.. HashesOf(item.Find("imageFile")), .. HashesOf(item.Find("parentProcessImageFile"))],
        "dnsEvidence" =>
        [
            ObservedValue.OfHost(item.Text("domainName")),
            .. Each(item, "ipAddresses").Select(one => ObservedValue.OfAddress(one.Text("ipAddress"))),
        ],
        "networkConnectionEvidence" =>
        [
            ObservedValue.OfAddress(item.Find("destinationAddress")?.Text("ipAddress")),
            ObservedValue.OfAddress(item.Find("sourceAddress")?.Text("ipAddress")),
        ],
        "analyzedMessageEvidence" =>
        [
            .. ((string[])["p1Sender", "p2Sender"]).SelectMany(name => item.Find(name) is { } sender
                ? new[] { ObservedValue.OfSender(sender.Text("emailAddress")), ObservedValue.OfHost(sender.Text("domainName")) }
                : []),
            ObservedValue.OfAddress(item.Text("senderIp")),
            .. Texts(item, "urls").Select(ObservedValue.OfUrl),
        ],
        "submissionMailEvidence" => [ObservedValue.OfSender(item.Text("sender")), ObservedValue.OfAddress(item.Text("senderIp"))],
        "teamsMessageEvidence" => [.. Texts(item, "urls").Select(ObservedValue.OfUrl), ObservedValue.OfAddress(item.Text("senderIP"))],
        "malwareEvidence" =>
        [
            .. Each(item, "files").SelectMany(file => HashesOf(file.Find("fileDetails"))),
            .. Each(item, "processes").SelectMany(process => HashesOf(process.Find("imageFile"))),
        ],
        _ => [],
    };

    private static IEnumerable<ObservedValue?> HashesOf(JsonElement? file) => file is not { } details ? [] :
    [
        ObservedValue.OfHash(HashAlgorithm.Sha256, details.Text("sha256")),
        ObservedValue.OfHash(HashAlgorithm.Sha1, details.Text("sha1")),
        ObservedValue.OfHash(HashAlgorithm.Md5, details.Text("md5")),
    ];

    private static ObservedValue? HashOf(string? algorithm, string? value) => algorithm switch
    {
        "md5" => ObservedValue.OfHash(HashAlgorithm.Md5, value),
        "sha1" => ObservedValue.OfHash(HashAlgorithm.Sha1, value),
        "sha256" => ObservedValue.OfHash(HashAlgorithm.Sha256, value),
        "sha256ac" => ObservedValue.OfHash(HashAlgorithm.Authentihash, value),
        _ => null,
    };

    private static IEnumerable<JsonElement> Each(JsonElement item, string name) => item.List(name) is { } list ? list : [];

    private static IEnumerable<string?> Texts(JsonElement item, string name) =>
        Each(item, name).Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString());
}
