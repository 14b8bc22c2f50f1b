using MispGraphSync.Core.Maintenance;

namespace MispGraphSync.Output;

/// <summary>The comparison for people: counts, then the first faults, then what to run next.</summary>
internal sealed class VerifyText(TextWriter to, int width) : VerifyOutput
{
    private const int MaxItems = 40;

    private readonly List<VerifiedDestination> _destinations = [];

    public override void Add(VerifiedDestination destination, IEnumerable<Finding> findings)
    {
        _destinations.Add(destination);
        Counts(destination);
        if (destination.Faults > 0) Items(findings, destination.Faults);
        if (destination.Repair is { } repair && destination.Faults > 0) Repair(repair);
        if (destination.Error is { } error) Line($"! {Sanitize.ForDisplay(error, 2_000)}");
        if (destination is { Error: not null, Remedy: { } remedy }) Line($"  {Sanitize.ForDisplay(remedy, 2_000)}");
        to.WriteLine();
    }

    public override void End(RunOutcome outcome)
    {
        var hasRepaired = _destinations.Exists(one => one.Repair is not null);
        var hasFaults = _destinations.Exists(one => one.Faults > 0);
        if (outcome == RunOutcome.Done)
            Line(hasRepaired && hasFaults ? "Repaired. Verify again in a few minutes: misp-graph verify" : "No differences found.");
        else if (_destinations.Exists(one => one.Failure is not null)) Line("Next: misp-graph doctor finds the cause; then verify again.");
        else if (_destinations.Exists(one => one.LeftToPush > 0))
            Line("Next: misp-graph push --full puts the untracked indicators into the ledger, and deletes those that MISP does not have.");
        else if (hasRepaired) Line("Some could not be repaired. Next: misp-graph errors");
        else if (Has(FindingKind.LeftBehind)) Line("Next: misp-graph verify --repair, with the same --adopt to remove legacy indicators");
        else if (Has(FindingKind.EarlierApp)) Line("Next: misp-graph verify --repair, with the same --adopt to take them over");
        else if (hasFaults) Line("Next: misp-graph verify --repair");
        if (hasRepaired && Has(FindingKind.EarlierApp)) Line("The next push deletes those that MISP no longer has: misp-graph push");
        if (Has(FindingKind.Expired)) Line("The next push sends expired indicators again or forgets them: misp-graph push");
    }

    private bool Has(FindingKind kind) => _destinations.Exists(one => one.Found.GetValueOrDefault(kind) > 0);

    private static string Meaning(FindingKind kind) => kind switch
    {
        FindingKind.Missing => "missing: held, but not at the destination",
        FindingKind.Edited => "edited: not as sent",
        FindingKind.Untracked => "untracked: under a key of ours, but not in the ledger",
        FindingKind.Duplicate => "duplicate: a second indicator under a key of ours",
        FindingKind.Expired => "expired: no longer at the destination",
        FindingKind.NotYetVisible => "sent a moment ago, perhaps not visible yet",
        FindingKind.LeftBehind => "legacy: sent by the other tool, and ours exists too",
        FindingKind.EarlierApp => "earlier app: ours, created by an earlier app registration",
        _ => "foreign: not ours, not touched",
    };

    private void Counts(VerifiedDestination destination)
    {
        var there = destination.There is { } count ? $", {count:N0} at the destination" : "";
        Line($"{DestinationInfo.LabelOf(destination.Name, destination.Kind)}: {destination.Held:N0} held{there}");
        if (destination.There is null) return;
        Count(destination.AsSent, "as sent");
        Count(destination.Pending, "not compared: the next push changes or removes them, or they expire");
        foreach (var kind in Enum.GetValues<FindingKind>()) Count(destination.Found.GetValueOrDefault(kind), Meaning(kind));
        Count(destination.LegacyKept, "of the other tool without one of ours: not touched, they expire");
    }

    private void Count(long count, string what)
    {
        if (count > 0) Line($"  {count,10:N0} {what}");
    }

    private void Items(IEnumerable<Finding> findings, long faults)
    {
        to.WriteLine();
        foreach (var finding in findings.Where(finding => Findings.Faults.Contains(finding.Kind)).Take(MaxItems))
        {
            var type = finding.Type is { Length: > 0 } known ? known + " " : "";
            Truncated($"  {finding.Kind.Slug(),-11} {type}{(finding.Value ?? $"key {finding.Key}").Replace('\n', ' ')}");
            foreach (var one in finding.Differences) Truncated($"{"",14}{one.Property}: sent {Shown(one.Sent)}, there {Shown(one.There)}");
        }

        if (faults > MaxItems) Line($"  … and {faults - MaxItems:N0} more: --output jsonl lists them all.");
    }

    // Both sides share the rest of the line.
    private string Shown(string? value) => value is null ? "nothing" : $"'{Sanitize.ForDisplay(value, Math.Max(12, (width - 48) / 2))}'";

    private void Repair(RepairReport repair)
    {
        var (planned, tally) = (repair.Planned, repair.Tally);
        to.WriteLine();
        Line($"  repair: {planned.Create:N0} created, {planned.Update:N0} updated, {planned.Delete:N0} copies removed");
        Line($"  outcome: {tally.Accepted:N0} accepted, {tally.Rejected:N0} rejected, {tally.Unknown:N0} unknown, "
            + $"{tally.NotAttempted:N0} not attempted");
        if (repair.Suppressed > 0) Line($"  {repair.Suppressed:N0} not resent: rejected earlier, unchanged");
    }

    private void Line(string text) => to.WriteLine(WrappedText.Wrap(text, width));

    private void Truncated(string text) =>
        to.WriteLine(TextWidth.Truncate(Sanitize.ForDisplay(text, 2_000), Math.Max(24, width)));
}
