using MispGraphSync.Core.Maintenance;

namespace MispGraphSync.Output;

/// <summary>The sentences and remedies for the failures that the core states as facts.</summary>
internal static class FailureText
{
    private const string LookAtPlan = "The lines with - of 'misp-graph plan' show them.";

    extension(DestinationReport report)
    {
        /// <summary>What failed and what was withheld, in sentences; null for nothing.</summary>
        public string? Error => Join(Of(report.Failure)?.Sentence, Withheld(report)?.Sentence);

        public string? Remedy => Join(Of(report.Failure)?.Remedy, Withheld(report)?.Remedy);
    }

    extension(VerifiedDestination destination)
    {
        /// <summary>What ended the verification of this destination early; null for nothing.</summary>
        public string? Error => Of(destination.Failure)?.Sentence;

        public string? Remedy => Of(destination.Failure)?.Remedy;
    }

    public static (string Sentence, string? Remedy)? Of(RunFailedException? failure) => failure switch
    {
        null => null,
        { Failure: { } facts } => Of(facts),
        _ => (failure.Message, failure.Remedy),
    };

    public static (string Sentence, string? Remedy) Of(Failure failure) => failure switch
    {
        Failure.DeletionsWithheld withheld => Of(withheld),
        Failure.TakeoverWithheld(var destination, var tool, var found, var there, var limit) => (
            $"{found:N0} indicators of {tool} at '{destination}' would be deleted, of {there:N0} there, "
            + $"more than guard.maxDelete ({limit}) allows.",
            $"Look at them with 'misp-graph verify --adopt {tool}'. If they are intended, run once with --max-delete {found}."),
        Failure.NotConfirmed(var destination, var why) => (
            $"'{destination}' did not confirm the indicators sent: {why}",
            "Run again: the next run reconciles them; nothing is duplicated."),
        Failure.BrokenInvariant(var destination, var what) => (
            $"This is a bug of misp-graph. {what} It was not sent, and '{destination}' got nothing after it.",
            "Please report it with the application log of this run."),
        Failure.RejectsEverything(var destination, var inARow, var response) => (
            $"'{destination}' rejects every request: {inARow} indicators in a row were rejected one by one. Last response: {response}",
            "See the files named *_error_* in the log folder."),
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, null),
    };

    private static (string Sentence, string? Remedy) Of(Failure.DeletionsWithheld it)
    {
        var many = it.IsAlsoTooMany ? $" --max-delete {it.Deletions}" : "";
        return it.Verdict switch
        {
            DeletionVerdict.EmptyRead => (
                $"'{it.Source}' answered with no event at all, but {it.EventsKnown:N0} events are known from it. "
                + $"The {it.Held:N0} indicators at '{it.Destination}' are kept. The deletions are withheld.",
                "Check the filters and the rights of the MISP key. The lines with - of 'misp-graph plan --accept-changes' show them. "
                + $"If they are intended, run once with --accept-changes{(it.IsAlsoTooMany ? " --max-delete 100%" : "")}."),
            DeletionVerdict.NewSelection => (
                $"{it.Deletions - it.Evictions:N0} of {it.Held:N0} indicators at '{it.Destination}' would be deleted. "
                + "They may only look withdrawn: the filters, the settings or the rights of the MISP key have changed. "
                + "The deletions are withheld.",
                $"{LookAtPlan} If they are intended, run once with --accept-changes{many}."),
            _ => (
                $"{it.Deletions:N0} of {it.Held:N0} indicators at '{it.Destination}' would be deleted"
                + $"{(it.Evictions > 0 ? $" ({it.Evictions:N0} of them to make room for others)" : "")}, "
                + $"more than guard.maxDelete ({it.Limit}) allows. The deletions are withheld.",
                $"{LookAtPlan} If they are intended, run once with --max-delete {it.Deletions}."),
        };
    }

    private static (string Sentence, string? Remedy)? Withheld(DestinationReport report) =>
        report.WithheldDeletions is { } withheld ? Of(withheld) : null;

    private static string? Join(params string?[] sentences) =>
        string.Join(' ', sentences.OfType<string>()) is { Length: > 0 } text ? text : null;
}
