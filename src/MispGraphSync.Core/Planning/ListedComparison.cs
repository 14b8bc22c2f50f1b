using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>Compares an indicator as it should be with the same indicator as its destination lists it.</summary>
internal static class ListedComparison
{
    /// <summary>The properties that differ, except dates that move with each request.</summary>
    public static List<Difference> Compare(IDestination destination, ExpectedItem expected, RemoteIndicator there)
    {
        var differences = ItemComparison.Compare(expected.Body, there.Raw);
        if (differences.Count == 0) return differences;
        var dates = ItemComparison.Compare(expected.Body, expected.WithOtherDates(destination));
        differences.RemoveAll(difference => dates.Exists(date => date.Property == difference.Property));
        return differences;
    }

    /// <summary>Whether an update cannot correct these differences, so that a deletion and a creation must.</summary>
    public static bool NeedsReplacing(
        IDestination destination, ExpectedItem expected, RemoteIndicator there, List<Difference> differences)
    {
        if (destination.Capabilities.IdsNotReusable || expected.Hashes.Immutable == default) return false;
        if (there.ImmutableHash != default) return there.ImmutableHash != expected.Hashes.Immutable;
        // An update leaves alone what it does not carry. Where it carries everything, only the hash knows what is immutable.
        if (destination.Capabilities.Upserts) return true;
        var carried = ItemComparison.PropertiesOf(expected.AsUpdate(destination, there.Id));
        return differences.Exists(difference => difference.Property != "id" && !carried.Contains(difference.Property));
    }
}
