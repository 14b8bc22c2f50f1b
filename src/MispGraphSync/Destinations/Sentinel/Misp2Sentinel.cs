using MispGraphSync.Core.Mapping;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Knows what another tool uploaded under a source system of its own: all that is listed under it. What it watches is read
/// from the pattern, in the spelling of hash names that misp2sentinel writes too.
/// </summary>
internal static class Misp2Sentinel
{
    private static readonly (string Theirs, string Stix)[] HashNames =
        [("SHA1", "'SHA-1'"), ("SHA256", "'SHA-256'"), ("SHA512", "'SHA-512'")];

    private const string Name = "misp2sentinel";

    public static TakeoverSource Source { get; } = new(
        Name, $"{Name} (at Sentinel, source system MISP) or {Name}:SOURCESYSTEM",
        tool => tool == Name || tool.StartsWith(Name + ":", StringComparison.Ordinal) && tool.Length > Name.Length + 1, At);

    public static LegacyIndicator? Recognise(RemoteIndicator there)
    {
        // Its id is what it is revoked by.
        if (there.Key is null) return null;
        var path = there.Type;
        foreach (var (theirs, stix) in HashNames)
        {
            if (path.Replace("'", "", StringComparison.Ordinal).EndsWith($":hashes.{theirs}", StringComparison.OrdinalIgnoreCase))
                path = path[..(path.IndexOf('.', StringComparison.Ordinal) + 1)] + stix;
        }

        var literal = there.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
        var sources = TypeGuesses.As($"[{path} = '{literal}']", "stix2-pattern").Sources;
        return sources.Select(source => source.Single).FirstOrDefault(one => one is not null) is { } single
            ? new LegacyIndicator(there, ObservableKey.OfSingle(single), Event: null)
            : null;
    }

    /// <exception cref="RunFailedException">InvalidInput: its source system is ours.</exception>
    private static ForeignTool At(string tool, IDestination destination, DestinationSettings own, Transport transport)
    {
        var settings = (SentinelSettings)own;
        var source = tool == Name ? "MISP" : tool[(Name.Length + 1)..];
        if (source.Equals(settings.SourceSystem, StringComparison.OrdinalIgnoreCase))
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput,
                $"--adopt: '{settings.Name}' uploads under the source system {settings.SourceSystem} too, so indicators of {tool} look "
                + "like its own.",
                "The other tool's indicators expire; nothing needs to be done.");
        }

        return new ForeignTool(tool, new SentinelDestination(settings with { SourceSystem = source }, transport), Recognise);
    }
}
