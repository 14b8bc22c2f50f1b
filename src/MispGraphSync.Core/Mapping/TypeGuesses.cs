namespace MispGraphSync.Core.Mapping;

/// <summary>What a text may be: it is mapped as every detectable type, in every variant.</summary>
public static class TypeGuesses
{
    // Types whose values have a form of their own, the likeliest first: a value of one of these is no file name.
    private static readonly string[] WithForm =
    [
        "ip-dst", "ip-src", "ip-dst|port", "domain|ip", "sha256", "sha1", "md5", "filename|sha256", "filename|sha1", "filename|md5",
        "url", "email-src", "email-dst", "hostname|port", "domain", "AS", "mac-address", "sha512", "sha224", "sha384", "tlsh", "ssdeep",
        "authentihash", "imphash", "x509-fingerprint-sha1", "x509-fingerprint-sha256", "x509-fingerprint-md5", "stix2-pattern",
    ];

    // Types that take any text.
    private static readonly string[] AnyText = ["filename", "mutex", "regkey", "user-agent", "email-subject"];

    private static readonly MapContext Context = new("", Guid.Empty, ToIdsOnly: false, EnforceWarninglist: false);

    /// <summary>Every guess that gives a source.</summary>
    public static IReadOnlyList<TypeGuess> Of(string text) => [.. Guesses(text, AttributeMap.Types)];

    /// <summary>The likely guesses, in order, each single observable once; types that take any text only without others.</summary>
    public static IReadOnlyList<TypeGuess> Likely(string text)
    {
        var found = new List<TypeGuess>();
        foreach (var types in (string[][])[WithForm, AnyText])
        {
            foreach (var guess in Guesses(text, types).Where(IsLikely))
            {
                if (!found.Exists(other => ShareSingle(other, guess))) found.Add(guess);
            }

            if (found.Count > 0) break;
        }

        return found;
    }

    /// <summary>The text as an attribute of one type, mapped or not.</summary>
    public static TypeGuess As(string text, string type)
    {
        var attribute = new MispAttribute { Uuid = Guid.Empty, Type = type, Value = text, ToIds = true };
        var mapped = Mapper.Map(new EventItem.Attribute(attribute), Context);
        return new TypeGuess(text, type, mapped.Sources, mapped.Attributes[0].Outcome.SkipReason);
    }

    private static IEnumerable<TypeGuess> Guesses(string text, IReadOnlyCollection<string> types) =>
        from variant in ValueVariants.Of(text)
        from type in types
            // A scheme before a colon is no host before a port.
        where type != "hostname|port" || !variant.Contains("://", StringComparison.Ordinal)
        let guess = As(variant, type)
        where guess.Sources.Count > 0
        select guess;

    private static bool IsLikely(TypeGuess guess) => guess.Type switch
    {
        "url" => guess.Text.Contains("://", StringComparison.Ordinal)
            || (guess.Text.Contains('/') && guess.Text.Any(char.IsAsciiLetter)),
        "domain" or "hostname|port" => guess.Text.Contains('.'),
        "email-src" or "email-dst" => guess.Text.Contains('@'),
        "AS" => guess.Text.StartsWith("AS", StringComparison.OrdinalIgnoreCase),
        _ => true,
    };

    private static bool ShareSingle(TypeGuess one, TypeGuess other) =>
        one.Sources.Any(mine => mine.Single is { } single && other.Sources.Any(theirs => theirs.Single == single));
}

/// <summary>One variant of a text, mapped as one type; with a reason it was skipped.</summary>
public sealed record TypeGuess(string Text, string Type, IReadOnlyList<IndicatorSource> Sources, SkipReason? Reason);
