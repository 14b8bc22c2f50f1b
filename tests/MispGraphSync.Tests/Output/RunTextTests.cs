using System.Globalization;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Output;

/// <summary>The summary of a run, as it stands on a terminal.</summary>
public partial class RunTextTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void The_summary_leads_from_what_was_read_to_what_is_held(int width)
    {
        var text = RunText.Of(Eventful, FailuresOfEventful, isDryRun: false, new Page(width, Ink.None), " --config other.json");

        TextSnapshot.Matches(text, $"push-{width}");
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void A_dry_run_says_what_would_be_sent_and_how_to_send_it() => TextSnapshot.Matches(
        RunText.Of(Quiet with { Destinations = [Destination with { Planned = new PlanCounts(3, 2, 1, 0), Tally = new StepTally(0, 0, 0, 6) }] }, RunFailures.None, isDryRun: true, new Page(80, Ink.None), ""),
        "plan-80");

    [Fact]
    public void A_run_with_nothing_to_do_is_short() =>
        TextSnapshot.Matches(RunText.Of(Quiet, RunFailures.None, isDryRun: false, new Page(80, Ink.None), ""), "push-nothing-new");

    [Fact]
    public void The_numbers_that_are_printed_add_up()
    {
        var lines = RunText.Of(Eventful, FailuresOfEventful, isDryRun: false, new Page(400, Ink.None), "").Split('\n');

        Assert.Equal(Number(lines, "attributes read"), Number(lines, "support an indicator") + Number(lines, "give context") + Number(lines, "skipped"));
        Assert.Equal(Number(lines, "skipped"), Parts(lines, "skipped").Sum());
        Assert.Equal(Number(lines, "planned"), Parts(lines, "planned").Sum());
        Assert.Equal(Number(lines, "planned"), Number(lines, "accepted") + Number(lines, "rejected") + Number(lines, "unknown") + Number(lines, "not attempted"));
        Assert.Equal(Number(lines, "rejected"), lines.Sum(line => TimesRow().Match(line) is { Success: true } row ? Whole(row.Groups[1].Value) : 0));
    }

    [Theory]
    [InlineData(RunStatus.Interrupted, ExitCode.Interrupted, "push")]
    [InlineData(RunStatus.Partial, ExitCode.OutOfTime, "push")]
    [InlineData(RunStatus.Failed, ExitCode.OutOfReach, "push")]
    [InlineData(RunStatus.Completed, ExitCode.Ok, "verify")]
    public void Each_outcome_has_its_next_command(RunStatus status, ExitCode code, string command)
    {
        var report = Quiet with { Status = status, ExitCode = code, Destinations = [Destination with { Planned = new PlanCounts(1, 0, 0, 0), Tally = new StepTally(1, 0, 0, 0) }] };

        Assert.Equal(command, NextSteps.After(report, isDryRun: false).First().Command.Split(' ')[0]);
    }

    [Theory]
    [InlineData(RunStatus.Failed, ExitCode.SignIn, "doctor")]
    [InlineData(RunStatus.Failed, ExitCode.Usage, "doctor")]
    [InlineData(RunStatus.Failed, ExitCode.OutOfReach, "push, doctor")]
    [InlineData(RunStatus.Refused, ExitCode.Refused, "")]
    public void What_doctor_can_find_leads_to_doctor(RunStatus status, ExitCode code, string commands)
    {
        var report = Quiet with { Status = status, ExitCode = code, Source = Unread(code), Destinations = [Destination with { Status = status, ExitCode = code }] };

        Assert.Equal(commands, string.Join(", ", NextSteps.After(report, isDryRun: false).Select(next => next.Command)));
    }

    [Fact]
    public void One_destination_of_several_is_looked_at_alone()
    {
        var report = Quiet with { Status = RunStatus.Failed, ExitCode = ExitCode.SignIn, Destinations = [Destination, Destination with { Name = "edr", Kind = "defender", ExitCode = ExitCode.SignIn }] };

        Assert.Equal("doctor --destination edr", NextSteps.After(report, isDryRun: false).First().Command);
        Assert.Equal("doctor --destination edr", NextSteps.After(report, isDryRun: true).First().Command);
    }

    [Fact]
    public void What_was_not_read_is_not_counted_and_nothing_is_called_unchanged()
    {
        var report = Quiet with { Status = RunStatus.Failed, ExitCode = ExitCode.SignIn, Source = Unread(ExitCode.SignIn), Destinations = [Destination with { Status = RunStatus.Failed, ExitCode = ExitCode.SignIn }] };

        TextSnapshot.Matches(RunText.Of(report, RunFailures.None, isDryRun: false, new Page(80, Ink.None), ""), "push-not-read");
    }

    [Fact]
    public void A_retry_of_nothing_does_not_say_that_something_was_sent()
    {
        var nothing = RunText.Of(Quiet with { Source = SourceReport.OfLedger }, RunFailures.None, isDryRun: false, new Page(80, Ink.None), "");
        var one = RunText.Of(Quiet with { Source = SourceReport.OfLedger, Destinations = [Destination with { Planned = new PlanCounts(1, 0, 0, 0), Tally = new StepTally(1, 0, 0, 0) }] }, RunFailures.None, isDryRun: false, new Page(80, Ink.None), "");

        Assert.StartsWith("Nothing that was turned down is to be sent again", nothing, StringComparison.Ordinal);
        Assert.StartsWith("Sent again what was turned down before", one, StringComparison.Ordinal);
    }

    [Fact]
    public void Withheld_deletions_lead_to_the_plan_of_that_destination()
    {
        var report = Quiet with
        {
            Status = RunStatus.Refused,
            ExitCode = ExitCode.Refused,
            Destinations = [Destination with { Status = RunStatus.Refused, Planned = new PlanCounts(0, 0, 0, 50), Withheld = 50,
                Tally = new StepTally(0, 0, 0, 50) }]
        };

        Assert.Equal("plan --destination graph", NextSteps.After(report, isDryRun: false).First().Command);
    }

    [Fact]
    public void Colours_say_nothing_that_the_words_do_not()
    {
        var plain = RunText.Of(Eventful, FailuresOfEventful, isDryRun: false, new Page(80, Ink.None), "");
        var painted = RunText.Of(Eventful, FailuresOfEventful, isDryRun: false, new Page(80, Ink.Ansi), "");

        Assert.Equal(plain, Paint().Replace(painted, ""));
        Assert.Subset(new HashSet<string> { "\e[0m", "\e[1m", "\e[31m", "\e[32m" }, Paint().Matches(painted).Select(one => one.Value).ToHashSet());
    }

    [Fact]
    public void A_service_cannot_paint_or_move_the_cursor()
    {
        var failures = RunFailures.Of([Rejected("\e[2J\e[31mowned\r\n")]);

        var text = RunText.Of(Eventful, failures, isDryRun: false, new Page(80, Ink.None), "");

        Assert.DoesNotContain('\e', text);
        Assert.DoesNotContain('\r', text.ReplaceLineEndings("\n"));
    }

    private static SourceReport Unread(ExitCode code) => new() { Name = "misp", Kind = "misp", Error = "MISP at https://misp.example refused the key (403).", Remedy = "Check misp.key.", ExitCode = code };

    private static DestinationReport Destination { get; } = new() { Name = "graph", Kind = "graph", Status = RunStatus.Completed, Unchanged = 7_000, Held = 7_000 };

    private static RunReport Quiet { get; } = new()
    {
        RunId = 8,
        Status = RunStatus.Completed,
        ExitCode = ExitCode.Ok,
        Duration = TimeSpan.FromSeconds(1.5),
        Source = new SourceReport { Name = "misp", Kind = "misp", Complete = true, Events = 120, EventsUnchanged = 120 },
        Destinations = [Destination],
        Imbalances = [],
    };

    private static RunReport Eventful { get; } = new()
    {
        RunId = 7,
        Status = RunStatus.CompletedWithErrors,
        ExitCode = ExitCode.SignIn,
        Duration = TimeSpan.FromMinutes(4.2),
        Source = new SourceReport
        {
            Name = "misp",
            Kind = "misp",
            Events = 1_200,
            EventsUnchanged = 1_080,
            EventsAged = 3,
            EventsWithdrawn = 1,
            Attributes = 9_000,
            Mapped = 7_400,
            Context = 500,
            Skipped = new Dictionary<SkipReason, long> { [SkipReason.NotForDetection] = 900, [SkipReason.UnsupportedType] = 100, [SkipReason.InvalidUrl] = 60, [SkipReason.Warninglist] = 40 },
            Gaps = ["Event 5 (11111111-1111-4111-8111-111111111111) could not be read: MISP answered 500."],
        },
        Destinations =
        [
            new DestinationReport
            {
                Name = "tip",
                Kind = "graph",
                Status = RunStatus.CompletedWithErrors,
                ExitCode = ExitCode.Partial,
                Skipped = new Dictionary<SkipReason, long> { [SkipReason.AboveMaxTlp] = 12, [SkipReason.NoFieldHere] = 1 },
                HeldBack = 4,
                Planned = new PlanCounts(1_000, 30, 0, 2),
                Tally = new StepTally(1_000, 12, 10, 10),
                Unchanged = 6_000,
                Held = 6_998,
                Requests = new RequestCounts(13, 2, 1),
            },
            Destination with { Name = "defender", Kind = "defender", Status = RunStatus.Failed, ExitCode = ExitCode.SignIn, Error = "Defender refuses access (403): the application has no permission.", Remedy = "Add Ti.ReadWrite.All to it and grant consent." },
        ],
        Imbalances = [],
    };

    private static RunFailures FailuresOfEventful { get; } = RunFailures.Of(
        [.. Enumerable.Range(0, 7).Select(_ => Rejected("Invalid value for property 'domainName'.")), .. Enumerable.Range(0, 3).Select(at => Rejected($"The indicator '{Guid.NewGuid()}' is a duplicate."))]);

    private static Rejection Rejected(string response) => new()
    {
        Destination = "tip",
        Kind = "graph",
        Key = Guid.Empty,
        Observables = [],
        Canonical = null,
        Action = StepAction.Create,
        Response = response,
        IsTransient = false,
        Attempts = 1,
        Run = 7,
        Attribute = null,
        Event = null,
        EventLink = null,
    };

    private static long Number(string[] lines, string what) => Whole(lines.First(line => line.Contains(what, StringComparison.Ordinal)).TrimStart().Split(' ')[0]);

    private static IEnumerable<long> Parts(string[] lines, string what) =>
        lines.First(line => line.Contains(what, StringComparison.Ordinal)).Split(':')[1].Split(", ").Select(part => Whole(part.Trim().Split(' ')[0]));

    private static long Whole(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex("\e\\[\\d+m")]
    private static partial Regex Paint();

    [GeneratedRegex(@"^\s+([\d,]+) × ")]
    private static partial Regex TimesRow();
}
