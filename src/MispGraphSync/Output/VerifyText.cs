using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>The comparison for people: counts, then the faults one by one as far as a screen goes, then what to run next.</summary>
internal sealed class VerifyText(TextWriter to, int width) : VerifyOutput
{
    /// <summary>More is read by no one.</summary>
    private const int MostItems = 40;

    private bool _hasFaults;
    private bool _hasRepaired;
    private bool _hasErrors;
    private bool _hasExpired;
    private bool _hasLeftBehind;

    public override void Add(VerifiedDestination destination, IEnumerable<Finding> findings)
    {
        _hasFaults |= destination.Faults > 0;
        _hasRepaired |= destination.Repair is not null;
        _hasLeftBehind |= destination.Found.GetValueOrDefault(FindingKind.Legacy) > 0;
        _hasExpired |= destination.Found.GetValueOrDefault(FindingKind.Expired) > 0;
        Counts(destination);
        if (destination.Faults > 0) Items(findings, destination.Faults);
        if (destination.Repair is { } repair && destination.Faults > 0) Repair(repair);
        if (destination.Error is { } error) Trouble(error, destination.Remedy);
        to.WriteLine();
    }

    public override void End(RunOutcome code)
    {
        if (code == RunOutcome.Done) Say(_hasRepaired && _hasFaults ? "Repaired. Look again in some minutes: misp-graph verify" : "All is as it should be.");
        else if (_hasErrors) Say("Next: misp-graph doctor finds the cause; then verify again.");
        else if (_hasRepaired) Say("Some could not be repaired. Next: misp-graph errors");
        else if (_hasFaults) Say(_hasLeftBehind ? "Next: misp-graph verify --repair, with --adopt as now to remove what was left behind" : "Next: misp-graph verify --repair");
        if (_hasExpired) Say("What has expired is sent again or forgotten by: misp-graph push");
    }

    private void Counts(VerifiedDestination destination)
    {
        Say($"{DestinationInfo.LabelOf(destination.Name, destination.Kind)}: {destination.Held:N0} held{(destination.There is { } there ? $", {there:N0} there" : "")}");
        if (destination.There is null) return;
        Count(destination.AsSent, "there as sent");
        Count(destination.Pending, "not compared: the next push changes or removes them, or they run out");
        foreach (var kind in Enum.GetValues<FindingKind>()) Count(destination.Found.GetValueOrDefault(kind), Meaning(kind));
    }

    private void Count(long count, string what)
    {
        if (count > 0) Say($"  {count,10:N0} {what}");
    }

    private static string Meaning(FindingKind kind) => kind switch
    {
        FindingKind.Missing => "missing: held, but not there",
        FindingKind.Edited => "edited: there, but not as sent",
        FindingKind.Untracked => "untracked: there under a key of ours, but not in the ledger",
        FindingKind.Duplicate => "duplicate: one more under a key of ours",
        FindingKind.Expired => "expired: ran out, and no longer there",
        FindingKind.NotYetVisible => "sent a moment ago, and perhaps not visible yet",
        FindingKind.Legacy => "left behind by the other tool, beside ours",
        _ => "not ours: left alone",
    };

    private void Items(IEnumerable<Finding> findings, long faults)
    {
        to.WriteLine();
        foreach (var finding in findings.Where(finding => Findings.Faults.Contains(finding.Kind)).Take(MostItems)) Item(finding);
        if (faults > MostItems) Say($"  … and {faults - MostItems:N0} more: --output jsonl lists them all.");
    }

    private void Item(Finding finding)
    {
        var what = (finding.Value ?? $"key {finding.Key}").Replace('\n', ' ');
        Line($"  {finding.Kind.Slug(),-11} {(finding.Type is { Length: > 0 } type ? type + " " : "")}{what}");
        foreach (var difference in finding.Differences) Line($"{"",14}{difference.Property}: sent {Shown(difference.Sent)}, there {Shown(difference.There)}");
    }

    // The two sides share what is left of the line.
    private string Shown(string? value) => value is null ? "nothing" : $"'{Sanitize.ForDisplay(value, Math.Max(12, (width - 48) / 2))}'";

    private void Say(string text) => to.WriteLine(WrappedText.Wrap(text, width));

    private void Line(string text) => to.WriteLine(TextWidth.Truncate(Sanitize.ForDisplay(text, 2_000), Math.Max(24, width)));

    private void Repair(RepairReport repair)
    {
        to.WriteLine();
        Say($"  repair: {repair.Planned.Create:N0} created, {repair.Planned.Update:N0} updated, {repair.Planned.Delete:N0} copies removed");
        Say($"  outcome: {repair.Tally.Accepted:N0} accepted, {repair.Tally.Rejected:N0} rejected, {repair.Tally.Unknown:N0} unknown, {repair.Tally.NotAttempted:N0} not attempted");
        if (repair.Suppressed > 0) Say($"  {repair.Suppressed:N0} held back: turned down before and unchanged since");
    }

    private void Trouble(string error, string? remedy)
    {
        _hasErrors = true;
        Say($"! {Sanitize.ForDisplay(error, 2_000)}");
        if (remedy is not null) Say($"  {Sanitize.ForDisplay(remedy, 2_000)}");
    }
}
