using System.Collections.Frozen;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Defender's word for each action, by type; a gap where it refuses the action for the type, whether or not it says so at
/// once. To block a file is to block and remediate: the setting asks that the file cannot run, and Block alone leaves it
/// lying there, ready for the next device where the indicator has run out. A certificate knows no other blocking; a
/// network indicator has nothing to remediate.
/// </summary>
internal static class DefenderActions
{
    public const string Audit = "Audit";

    public const string Allowed = "Allowed";

    private static readonly FrozenDictionary<IndicatorAction, string> OfFile = new Dictionary<IndicatorAction, string>
    {
        [IndicatorAction.Alert] = Audit,
        [IndicatorAction.Block] = "BlockAndRemediate",
        [IndicatorAction.Allow] = Allowed,
        [IndicatorAction.Warn] = "Warn",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<IndicatorAction, string> OfNetwork = new Dictionary<IndicatorAction, string>
    {
        [IndicatorAction.Alert] = Audit,
        [IndicatorAction.Block] = "Block",
        [IndicatorAction.Allow] = Allowed,
        [IndicatorAction.Warn] = "Warn",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<IndicatorAction, string> OfCertificate = new Dictionary<IndicatorAction, string>
    {
        [IndicatorAction.Block] = "BlockAndRemediate",
        [IndicatorAction.Allow] = Allowed,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, FrozenDictionary<IndicatorAction, string>> ByType =
        new Dictionary<string, FrozenDictionary<IndicatorAction, string>>
        {
            [DefenderTypes.FileMd5] = OfFile,
            [DefenderTypes.FileSha1] = OfFile,
            [DefenderTypes.FileSha256] = OfFile,
            [DefenderTypes.IpAddress] = OfNetwork,
            [DefenderTypes.DomainName] = OfNetwork,
            [DefenderTypes.Url] = OfNetwork,
            [DefenderTypes.CertificateThumbprint] = OfCertificate,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Null: not for this type.</summary>
    public static string? Of(string type, IndicatorAction action) => ByType[type].GetValueOrDefault(action);
}
