using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>What a text may be: it is mapped as every type that can be watched, in every spelling.</summary>
public static class TypeGuesses
{
    /// <summary>Types whose values have a form of their own, the likeliest first: what fits one of these is no file name.</summary>
    private static readonly string[] Telling =
    [
        "ip-dst", "ip-src", "ip-dst|port", "domain|ip", "sha256", "sha1", "md5", "filename|sha256", "filename|sha1", "filename|md5",
        "url", "email-src", "email-dst", "hostname|port", "domain", "AS", "mac-address", "sha512", "sha224", "sha384", "tlsh", "ssdeep",
        "authentihash", "imphash", "x509-fingerprint-sha1", "x509-fingerprint-sha256", "x509-fingerprint-md5", "stix2-pattern",
    ];

    /// <summary>Types that take any text.</summary>
    private static readonly string[] AnyText = ["filename", "mutex", "regkey", "user-agent", "email-subject"];

    private static readonly MapContext Context = new("", Guid.Empty, ToIdsOnly: false, EnforceWarninglist: false);

    /// <summary>Every reading that gives something to watch.</summary>
    public static IReadOnlyList<TypeGuess> Of(string text) =>
        [.. from spelling in ValueVariants.Of(text) from type in AttributeMap.Types where MayBe(spelling, type) let read = As(spelling, type) where read.Sources.Count > 0 select read];

    /// <summary>
    /// The likely readings of the text as it would stand in MISP, in order; those that any text would do for only where there
    /// is no other. Each thing to watch once, by its likeliest type.
    /// </summary>
    public static IReadOnlyList<TypeGuess> Likely(string text)
    {
        foreach (var types in (string[][])[Telling, AnyText])
        {
            var found = new List<TypeGuess>();
            foreach (var read in from spelling in ValueVariants.Of(text) from type in types where MayBe(spelling, type) select As(spelling, type))
            {
                if (read.Sources.Count > 0 && IsLikely(read) && !found.Exists(other => Watches(other, read))) found.Add(read);
            }

            if (found.Count > 0) return found;
        }

        return [];
    }

    /// <summary>The text as an attribute of that type, whatever comes of it.</summary>
    public static TypeGuess As(string text, string type)
    {
        var attribute = new MispAttribute { Uuid = Guid.Empty, Type = type, Value = text, ToIds = true };
        var mapped = Mapper.Map(new EventItem.Attribute(attribute), Context);
        return new TypeGuess(text, type, mapped.Sources, (mapped.Attributes[0].Outcome as MappingOutcome.Skipped)?.Reason);
    }

    // A scheme before a colon is no host before a port.
    private static bool MayBe(string spelling, string type) => type != "hostname|port" || !spelling.Contains("://", StringComparison.Ordinal);

    private static bool IsLikely(TypeGuess read) => read.Type switch
    {
        "url" => read.Text.Contains("://", StringComparison.Ordinal) || (read.Text.Contains('/') && read.Text.Any(char.IsAsciiLetter)),
        "domain" or "hostname|port" => read.Text.Contains('.'),
        "email-src" or "email-dst" => read.Text.Contains('@'),
        "AS" => read.Text.StartsWith("AS", StringComparison.OrdinalIgnoreCase),
        _ => true,
    };

    private static bool Watches(TypeGuess one, TypeGuess other) =>
        one.Sources.Any(mine => mine.Single is { } single && other.Sources.Any(theirs => theirs.Single == single));
}

/// <param name="Text">The form of the text that was read.</param>
/// <param name="Type">The MISP type that it was read as.</param>
/// <param name="Sources">What would be watched; none where it was skipped.</param>
/// <param name="Reason">Why it was skipped; null when it was not.</param>
public sealed record TypeGuess(string Text, string Type, IReadOnlyList<IndicatorSource> Sources, SkipReason? Reason);
