using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>What a run says about the list of a destination, compared with its ledger.</summary>
internal static class RebuildText
{
    public static List<string> Describe(
        Rebuild found, DestinationState state, Capabilities capabilities, PushOptions options, bool deletesUnclaimed)
    {
        var name = state.Info.Name;
        var lines = new List<string>();
        if (!options.HasNoLedger && state.IsNew && found.Ours > 0)
        {
            lines.Add(
                $"The ledger is new, so '{name}' was listed: {found.Ours:N0} indicators there are ours (instance '{options.Instance}'). "
                + (options.IsDryRun ? "A push puts them into the ledger." : "They are in the ledger now."));
        }
        else if (!options.HasNoLedger && (state.IsOutdated || found.Gone > 0))
        {
            lines.Add($"'{name}' was listed and compared with the ledger: {found.Ours:N0} indicators there are ours, "
                + $"{found.Gone:N0} that the ledger held are gone.");
        }

        if (found.Unclaimed.Count > 0)
        {
            var some = found.Unclaimed.Examples;
            lines.Add($"'{name}': {found.Unclaimed.Count:N0} indicators of the instance '{options.Instance}' " + (deletesUnclaimed
                ? $"are not wanted any more ({some}): MISP does not have them, or the settings exclude them. They are to be deleted."
                : $"have no known source ({some}). They are kept until a run has read every source to its end."));
        }

        if (state.IsNew && !options.HasNoLedger && found.Others > 0)
            lines.Add($"'{name}' has {found.Others:N0} indicators of others. They are left alone.");
        if (found.Copies > 0)
            lines.Add($"'{name}' has {found.Copies:N0} second copies of indicators of ours: a verification with repair removes them.");
        if (found.OfEarlierApp.Count > 0) lines.Add(OfEarlierApp(state, capabilities, found.OfEarlierApp));
        return lines;
    }

    /// <summary>Indicators of this installation that it may not change, since another application created them.</summary>
    public static string OfEarlierApp(DestinationState state, Capabilities capabilities, CountedValues found) =>
        $"'{state.Info.Name}': held by an earlier app registration: {found.Count:N0} ({found.Examples}). {capabilities.EarlierAppRemedy}";

    /// <summary>The destination was to be listed, and that failed.</summary>
    /// <param name="isForUnclaimed">Each run tries it again.</param>
    public static string NotListed(DestinationState state, RunFailedException failure, bool isDryRun, bool isForUnclaimed) =>
        $"'{state.Info.Name}' could not be listed: {failure.Message} "
        + (isDryRun && (state.IsNew || state.IsOutdated)
            ? "The plan assumes that it is as the ledger knows it."
            : isForUnclaimed ? "The next run tries again: some indicators have no known source." : "The next full read lists it.");

    /// <summary>It did not answer before the source was read.</summary>
    public static string NotReached(DestinationState state, RunFailedException failure) =>
        $"'{state.Info.Name}' does not answer: {failure.Message} It is tried again after the read, if there is anything to send.";

    /// <summary>The ledger is an old copy, or lacks something that a list showed.</summary>
    public static string Outdated(DestinationState state) => $"'{state.Info.Name}' may hold something else than the ledger knows.";

    /// <summary>Deletions wait for sources of which nothing is known since a loss.</summary>
    public static string KeptForLost(DestinationState state, long kept, IEnumerable<string> sources)
    {
        var names = string.Join(", ", sources.Order(StringComparer.Ordinal).Select(name => $"'{name}'"));
        return $"'{state.Info.Name}': {kept:N0} deletions wait for {names}, not read to the end since the ledger was lost: these "
            + "indicators may come from there too. Remove a source that is gone from the settings.";
    }

    /// <summary>A purge has no way to list it.</summary>
    /// <param name="how">"cannot be listed without …", or why it failed.</param>
    public static string LeftBehind(DestinationState state, string how) =>
        $"'{state.Info.Name}' {how.TrimEnd('.')}, and the ledger is {AgeOf(state)}. "
        + "What the ledger does not know stays there.";

    /// <summary>There is no way to list it.</summary>
    /// <param name="how">"cannot be listed without …", or why it failed.</param>
    public static string CannotList(DestinationState state, string how) =>
        $"'{state.Info.Name}' {how.TrimEnd('.')}, and the ledger is {AgeOf(state)}. "
        + "What an earlier ledger sent there is not known: it is sent again where MISP still has it, and ends at its own expiry where not.";

    private static string AgeOf(DestinationState state) => state.IsNew ? "new" : "not the latest";
}
