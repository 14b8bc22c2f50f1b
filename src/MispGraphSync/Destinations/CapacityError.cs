using System.Text.RegularExpressions;

namespace MispGraphSync.Destinations;

/// <summary>
/// Whether a service's words mean that it holds as many indicators as it takes. No document has the words, so a limit is looked for
/// that is on the number of indicators, or reached: limits of texts, dates, batches and request rates are others.
/// </summary>
internal static partial class CapacityError
{
    public static bool Matches(string words)
    {
        var text = Joint().Replace(Quotation().Replace(words, " "), " ");
        return Limit().IsMatch(text) && !OtherLimit().IsMatch(text);
    }

    /// <summary>A rejection; one for want of room alone is marked as such, and may pass another time.</summary>
    public static StepOutcome.Rejected ToRejection(string words, bool isTransient = false, bool wholeBatch = false, bool isGone = false)
    {
        var noRoom = !isTransient && !isGone && Matches(words);
        return new StepOutcome.Rejected(words, isTransient || noRoom, wholeBatch, isGone, noRoom);
    }

    /// <summary>What the words repeat of an indicator: it may contain any word.</summary>
    [GeneratedRegex(@"(?<!\w)'[^']*'(?!\w)|""[^""]*""|\S*(\w[./@](?=[A-Za-z])|[A-Za-z][./@](?=\w))\S*", RegexOptions.CultureInvariant)]
    private static partial Regex Quotation();

    /// <summary>Between the words of a code: QuotaLimitReached.</summary>
    [GeneratedRegex("(?<=[a-z])(?=[A-Z])|_", RegexOptions.CultureInvariant)]
    private static partial Regex Joint();

    /// <summary>A limit, and what is counted or that it is reached, in any order. The number is Defender's.</summary>
    [GeneratedRegex(
        @"^(?=.*\b(max|maximum|limits?|quota|capacity|15[, .]?000)\b)"
        + @"(?=.*\b(indicators?|iocs?|tenant|workspace|organi[sz]ation|reached|exceeded|hit|quota|capacity"
        + @"|(max|maximum|limit)\b.*\b15[, .]?000)\b)"
        + @"|\btoo many (\w+ )?(indicators|iocs)\b|\b(is|already) full\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Limit();

    [GeneratedRegex(
        @"\b(lengths?|long|longer|characters?|chars?|bytes?|size|batch|titles?|description|groups?|labels?|tags?|confidence|severity"
        + @"|expir\w*|valid until|dates?|days?|hours?|minutes?|seconds?|rate|throttl\w*|activity|values? (is|are|must|has|exceeds)"
        + @"|requests? (limit|quota)|(in|per) ((an?|one|each|the|single|a single) )?(request|call))\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex OtherLimit();
}
