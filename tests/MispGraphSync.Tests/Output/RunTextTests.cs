using System.Globalization;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Output;

/// <summary>The summary of a run on a terminal.</summary>
public partial class RunTextTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Summary_shows_counts_from_read_to_held(int width)
    {
        var text = Text(Eventful, RejectionsOfEventful, width, " --config other.json");

        TextSnapshot.Matches(text, $"push-{width}");
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void Dry_run_shows_planned_steps_and_the_push_command() => TextSnapshot.Matches(
        RunText.Of(
            Quiet with { Destinations = [Destination with { Planned = new PlanCounts(3, 2, 1, 0), Tally = new StepTally(0, 0, 0, 6) }] },
            RejectionGroups.None, isDryRun: true, new WrappedText(80, AnsiStyle.None), ""),
        "plan-80");

    [Fact]
    public void Run_with_nothing_to_send_has_a_short_summary() =>
        TextSnapshot.Matches(Text(Quiet), "push-nothing-new");

    [Fact]
    public void Printed_numbers_add_up()
    {
        var lines = Text(Eventful, RejectionsOfEventful, width: 400).Split('\n');

        Assert.Equal(
            Number(lines, "attributes read"),
            Number(lines, "give an indicator") + Number(lines, "give context") + Number(lines, "skipped"));
        Assert.Equal(Number(lines, "skipped"), Parts(lines, "skipped").Sum());
        Assert.Equal(Number(lines, "planned"), Parts(lines, "planned").Sum());
        Assert.Equal(
            Number(lines, "planned"),
            Number(lines, "accepted") + Number(lines, "  rejected") + Number(lines, "unknown") + Number(lines, "not attempted"));
        Assert.Equal(
            Number(lines, "  rejected"),
            lines.Sum(line => TimesRow().Match(line) is { Success: true } row ? Whole(row.Groups[1].Value) : 0));
    }

    [Theory]
    [InlineData(RunStatus.Interrupted, RunOutcome.Interrupted, "push")]
    [InlineData(RunStatus.Partial, RunOutcome.OutOfTime, "push")]
    [InlineData(RunStatus.Failed, RunOutcome.Unreachable, "push")]
    [InlineData(RunStatus.Completed, RunOutcome.Done, "verify")]
    public void Each_outcome_suggests_its_next_command(RunStatus status, RunOutcome code, string command)
    {
        var report = Quiet with { Status = status, Outcome = code, Destinations = [OneAccepted] };

        Assert.Equal(command, NextSteps.After(report, isDryRun: false).First().Command.Split(' ')[0]);
    }

    [Theory]
    [InlineData(RunStatus.Failed, RunOutcome.SignInFailed, "doctor")]
    [InlineData(RunStatus.Failed, RunOutcome.InvalidInput, "doctor")]
    [InlineData(RunStatus.Failed, RunOutcome.Unreachable, "push, doctor")]
    [InlineData(RunStatus.Refused, RunOutcome.DeletionsWithheld, "")]
    public void Configuration_and_connection_failures_suggest_doctor(RunStatus status, RunOutcome code, string commands)
    {
        var report = Failed(status, code);

        Assert.Equal(commands, string.Join(", ", NextSteps.After(report, isDryRun: false).Select(next => next.Command)));
    }

    [Fact]
    public void Errors_are_not_suggested_without_a_ledger()
    {
        Assert.Contains(NextSteps.After(Eventful, isDryRun: false), next => next.Command.StartsWith("errors", StringComparison.Ordinal));
        Assert.DoesNotContain(NextSteps.After(Eventful, isDryRun: false, hasLedger: false), next =>
            next.Command.StartsWith("errors", StringComparison.Ordinal));
    }

    [Fact]
    public void Doctor_is_suggested_for_the_failing_destination_only()
    {
        var report = Quiet with
        {
            Status = RunStatus.Failed,
            Outcome = RunOutcome.SignInFailed,
            Destinations = [Destination, Destination with { Name = "edr", Kind = "defender", Outcome = RunOutcome.SignInFailed }],
        };

        Assert.Equal("doctor --destination edr", NextSteps.After(report, isDryRun: false).First().Command);
        Assert.Equal("doctor --destination edr", NextSteps.After(report, isDryRun: true).First().Command);
    }

    [Fact]
    public void Failed_read_shows_no_counts()
    {
        var report = Failed(RunStatus.Failed, RunOutcome.SignInFailed);

        TextSnapshot.Matches(Text(report), "push-not-read");
    }

    [Fact]
    public void Each_of_several_sources_has_its_counts_and_its_problems()
    {
        SourceReport[] sources =
        [
            new()
            {
                Name = "misp", Kind = "misp", Complete = true, Events = 120, EventsUnchanged = 118, Attributes = 9, Mapped = 9,
                MayDelete = true,
            },
            new()
            {
                Name = "partner", Kind = "misp", Error = "MISP is unreachable.", Remedy = "Check misp.partner.url.",
                Outcome = RunOutcome.Unreachable,
            },
            new()
            {
                Name = "osint", Kind = "feed", Events = 7, EventsUnchanged = 7, Gaps = ["File x.json cannot be read."], MayDelete = true,
            },
        ];

        TextSnapshot.Matches(Text(Quiet with { Sources = sources, Source = SourceReport.Total(sources) }), "push-several-sources");
    }

    [Fact]
    public void Retry_without_candidates_reports_nothing_sent()
    {
        var nothing = Text(Quiet with { Source = SourceReport.OfLedger });
        var one = Text(Quiet with { Source = SourceReport.OfLedger, Destinations = [OneAccepted] });

        Assert.StartsWith("No rejected indicator is to be sent again", nothing, StringComparison.Ordinal);
        Assert.StartsWith("Sent rejected indicators again", one, StringComparison.Ordinal);
    }

    [Fact]
    public void Withheld_deletions_suggest_the_plan_of_that_destination()
    {
        var report = Quiet with
        {
            Status = RunStatus.Refused,
            Outcome = RunOutcome.DeletionsWithheld,
            Destinations = [Destination with { Status = RunStatus.Refused, Planned = new PlanCounts(0, 0, 0, 50), Withheld = 50,
                Tally = new StepTally(0, 0, 0, 50) }]
        };

        Assert.Equal("plan --destination graph", NextSteps.After(report, isDryRun: false).First().Command);
    }

    [Fact]
    public void Output_without_colours_has_the_same_text()
    {
        var plain = Text(Eventful, RejectionsOfEventful);
        var painted = RunText.Of(Eventful, RejectionsOfEventful, isDryRun: false, new WrappedText(80, AnsiStyle.Ansi), "");

        Assert.Equal(plain, Paint().Replace(painted, ""));
        var codes = Paint().Matches(painted).Select(one => one.Value).ToHashSet();
        Assert.Subset(new HashSet<string> { "\e[0m", "\e[1m", "\e[31m", "\e[32m" }, codes);
    }

    [Fact]
    public void Control_sequences_from_services_are_stripped()
    {
        var failures = RejectionGroups.OfRun([Rejected("\e[2J\e[31mowned\r\n")]);

        var text = Text(Eventful, failures);

        Assert.DoesNotContain('\e', text);
        Assert.DoesNotContain('\r', text.ReplaceLineEndings("\n"));
    }

    private static string Text(RunReport report, RejectionGroups? rejections = null, int width = 80, string options = "") =>
        RunText.Of(report, rejections ?? RejectionGroups.None, isDryRun: false, new WrappedText(width, AnsiStyle.None), options);

    private static RunReport Failed(RunStatus status, RunOutcome outcome) => Quiet with
    {
        Status = status,
        Outcome = outcome,
        Source = new SourceReport
        {
            Name = "misp",
            Kind = "misp",
            Error = "MISP at https://misp.example refused the key (403).",
            Remedy = "Check misp.key.",
            Outcome = outcome,
        },
        Destinations = [Destination with { Status = status, Outcome = outcome }],
    };

    private static DestinationReport Destination { get; } = new()
    {
        Name = "graph",
        Kind = "graph",
        Status = RunStatus.Completed,
        Unchanged = 7_000,
        Held = 7_000,
    };

    private static DestinationReport OneAccepted =>
        Destination with { Planned = new PlanCounts(1, 0, 0, 0), Tally = new StepTally(1, 0, 0, 0) };

    private static RunReport Quiet { get; } = new()
    {
        RunId = 8,
        Status = RunStatus.Completed,
        Outcome = RunOutcome.Done,
        Duration = TimeSpan.FromSeconds(1.5),
        Source = new SourceReport { Name = "misp", Kind = "misp", Complete = true, Events = 120, EventsUnchanged = 120 },
        Destinations = [Destination],
        Imbalances = [],
    };

    private static RunReport Eventful { get; } = new()
    {
        RunId = 7,
        Status = RunStatus.CompletedWithErrors,
        Outcome = RunOutcome.SignInFailed,
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
            Skipped = new Dictionary<SkipReason, long>
            {
                [SkipReason.NotForDetection] = 900,
                [SkipReason.UnsupportedType] = 100,
                [SkipReason.InvalidUrl] = 60,
                [SkipReason.Warninglist] = 40,
            },
            Gaps = ["Event 5 (11111111-1111-4111-8111-111111111111) could not be read: MISP answered 500."],
        },
        Destinations =
        [
            new DestinationReport
            {
                Name = "tip",
                Kind = "graph",
                Status = RunStatus.CompletedWithErrors,
                Outcome = RunOutcome.Incomplete,
                Skipped = new Dictionary<SkipReason, long> { [SkipReason.AboveMaxTlp] = 12, [SkipReason.NoFieldHere] = 1 },
                Suppressed = 4,
                Planned = new PlanCounts(1_000, 30, 0, 2),
                Tally = new StepTally(1_000, 12, 10, 10),
                Unchanged = 6_000,
                Held = 6_998,
                Requests = new RequestCounts(13, 2, 1),
            },
            Destination with
            {
                Name = "defender", Kind = "defender", Status = RunStatus.Failed, Outcome = RunOutcome.SignInFailed, Failure = NoPermission,
            },
        ],
        Imbalances = [],
    };

    private static RunFailedException NoPermission => new(
        RunOutcome.SignInFailed, "Defender refuses access (403): the application has no permission.",
        "Add Ti.ReadWrite.All to it and grant consent.");

    private static RejectionGroups RejectionsOfEventful { get; } = RejectionGroups.OfRun(
    [
        .. Enumerable.Range(0, 7).Select(_ => Rejected("Invalid value for property 'domainName'.")),
        .. Enumerable.Range(0, 3).Select(_ => Rejected($"The indicator '{Guid.NewGuid()}' is a duplicate.")),
    ]);

    private static Rejection Rejected(string response) => new()
    {
        Destination = "tip",
        Kind = "graph",
        Key = Guid.Empty,
        Label = null,
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

    private static long Number(string[] lines, string what) =>
        Whole(lines.First(line => line.Contains(what, StringComparison.Ordinal)).TrimStart().Split(' ')[0]);

    private static IEnumerable<long> Parts(string[] lines, string what) =>
        lines.First(line => line.Contains(what, StringComparison.Ordinal)).Split(':')[1].Split(", ")
            .Select(part => Whole(part.Trim().Split(' ')[0]));

    private static long Whole(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [GeneratedRegex("\e\\[\\d+m")]
    private static partial Regex Paint();

    [GeneratedRegex(@"^\s+([\d,]+) × ")]
    private static partial Regex TimesRow();
}
