using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;
using Xunit;

namespace MispGraphSync.Tests.Sending;

/// <summary>What the outcomes of requests say about the service, and which step a request without a response owes it to.</summary>
public sealed class ApplyProgressTests
{
    private static readonly StepOutcome Accepted = new StepOutcome.Accepted("id");
    private static readonly StepOutcome Rejected = new StepOutcome.Rejected("no");
    private static readonly StepOutcome RejectedWhole = new StepOutcome.Rejected("400", WholeBatch: true);
    private static readonly StepOutcome NoRoom = new StepOutcome.Rejected("full", NoRoom: true);
    private static readonly StepOutcome Unknown = new StepOutcome.Unknown("no answer");

    private readonly Observer _observer = new();
    private readonly ApplyProgress _progress;

    public ApplyProgressTests() =>
        _progress = new ApplyProgress(new DestinationInfo("graph", "graph", "tenant", ""), _observer) { Planned = 9 };

    [Fact]
    public void Outcomes_are_counted_and_shown_with_the_number_of_planned_steps()
    {
        _progress.Count([Step(1, StepAction.Delete), Step(2, StepAction.Delete), Step(3)], [Accepted, Rejected, Unknown]);
        _progress.Count([], [StepOutcome.NotAttempted.Instance]);

        Assert.Equal((new StepTally(1, 1, 1, 1), 1L), (_progress.Tally, _progress.Deleted));
        Assert.Equal([(new StepTally(1, 1, 1, 0), 9L), (new StepTally(1, 1, 1, 1), 9L)], _observer.Shown);
    }

    [Fact]
    public void Indicator_that_could_not_be_restored_is_named_with_the_reason()
    {
        foreach (var outcome in (StepOutcome[])[Rejected, Unknown, StepOutcome.NotAttempted.Instance]) _progress.NoteLost(Step(1), outcome);

        Assert.Equal(
            [
                "'graph': d1.example was deleted to be replaced, and could not be restored: no",
                "'graph': d1.example was deleted to be replaced, and could not be restored: no answer",
                "'graph': d1.example was deleted to be replaced, and could not be restored: the run ended before.",
            ],
            _observer.Warnings);
    }

    [Fact]
    public void Service_is_full_when_one_indicator_has_no_room_and_not_when_a_whole_batch_has_none()
    {
        var whole = new StepOutcome.Rejected("full", WholeBatch: true, NoRoom: true);
        _progress.NoteAnswer([whole, whole]);
        _progress.NoteAnswer([Unknown]);
        Assert.Equal((false, 1L), (_progress.IsFull, _progress.Answers));

        _progress.NoteAnswer([Accepted, Unknown, NoRoom]);
        Assert.Equal((true, 2L), (_progress.IsFull, _progress.Answers));
    }

    [Fact]
    public void Second_silence_without_an_answer_between_is_the_reason_for_giving_up()
    {
        RunFailedException[] silences = [.. Enumerable.Range(0, 4).Select(i => new RunFailedException(RunOutcome.Unreachable, $"{i}"))];
        _progress.NoteUnanswered(silences[0]);
        _progress.NoteAnswer([Accepted]);
        _progress.NoteUnanswered(silences[1]);
        Assert.Equal((silences[0], null), (_progress.Unanswered, _progress.Failure));

        _progress.NoteUnanswered(silences[2]);
        _progress.NoteUnanswered(silences[3]);
        _progress.Abort(silences[3]);

        Assert.Equal((silences[0], silences[2]), (_progress.Unanswered, _progress.Failure));
    }

    [Fact]
    public void Service_that_rejects_twenty_requests_in_a_row_rejects_everything()
    {
        Reject(19);
        _progress.NoteRejections([Accepted, Rejected]);
        Reject(18);
        // An indicator that is rejected by name says nothing of the others.
        _progress.NoteRejections([Rejected]);
        _progress.NoteRejections([]);
        Reject(1);
        Assert.Null(_progress.Failure);

        Reject(1);
        Assert.Equal(new Failure.RejectsEverything("graph", 20, "400"), _progress.Failure?.Failure);

        void Reject(int times)
        {
            for (var i = 0; i < times; i++) _progress.NoteRejections([RejectedWhole]);
        }
    }

    [Fact]
    public void Only_a_batch_without_any_other_outcome_is_rejected_whole()
    {
        Assert.True(ApplyProgress.IsRejectedWhole([RejectedWhole, RejectedWhole]));
        Assert.False(ApplyProgress.IsRejectedWhole([RejectedWhole, Accepted]));
        Assert.False(ApplyProgress.IsRejectedWhole([]));
    }

    [Fact]
    public void Bisection_tries_three_single_steps_and_then_ten_parts_in_order()
    {
        var bisector = new BatchBisector(answersBefore: 0);
        bisector.AddProbes([.. Enumerable.Range(0, 23).Select(i => Step(i))]);

        var sent = new List<string>();
        while (bisector.Next() is { } part) sent.Add(string.Join(' ', part.Select(step => step.Value![1..^8])));

        Assert.Equal(["22", "11", "0", "1 2", "3 4", "5 6", "7 8", "9 10", "12 13", "14 15", "16 17", "18 19", "20 21"], sent);
    }

    [Fact]
    public void Bisection_skips_a_batch_whose_probes_get_no_response()
    {
        var bisector = new BatchBisector(answersBefore: 7);

        Assert.Equal(
            [BisectVerdict.Split, BisectVerdict.Suspect, BisectVerdict.Suspect, BisectVerdict.Skip],
            new[] { 100, 1, 1, 1 }.Select(steps => bisector.OnNoResponse(steps, answers: 7)));
        Assert.Equal(BisectVerdict.Suspect, new BatchBisector(answersBefore: 7).OnNoResponse(1, answers: 7));
    }

    [Fact]
    public void Bisection_ends_after_ten_requests_in_a_row_without_a_response()
    {
        var bisector = new BatchBisector(answersBefore: 7);
        bisector.OnNoResponse(100, answers: 7);
        bisector.OnNoResponse(1, answers: 7);

        for (var i = 1; i <= 9; i++) Assert.Equal(BisectVerdict.Split, bisector.OnNoResponse(2, answers: 8));
        Assert.Equal(BisectVerdict.Unreachable, bisector.OnNoResponse(2, answers: 8));
        Assert.Equal(BisectVerdict.Suspect, bisector.OnNoResponse(1, answers: 9));
    }

    [Theory]
    [InlineData(6, false, true)]
    [InlineData(5, false, false)]
    [InlineData(5, true, true)]
    [InlineData(0, true, false)]
    public void Step_without_a_response_is_the_cause_where_others_got_one(long answers, bool wasRejected, bool isCause) =>
        Assert.Equal(isCause, new BatchBisector(answersBefore: 5).IsCause(Step(1) with { WasRejected = wasRejected }, answers));

    private static PlanStep Step(int number, StepAction action = StepAction.Create) => new()
    {
        Action = action,
        Reason = StepReasons.New,
        Observables = Hash128.Of($"{number}"),
        Key = Some.Uuid(number),
        Body = default,
        Value = $"d{number}.example",
    };

    private sealed class Observer : IRunObserver
    {
        public List<string> Warnings { get; } = [];

        public List<(StepTally Tally, long InAll)> Shown { get; } = [];

        public void Reading(SourceInfo source, long eventsDone, long eventsInAll) { }

        public void Planned(DestinationInfo destination, PlanCounts counts) { }

        public void Step(DestinationInfo destination, PlanStep step) { }

        public void Applied(DestinationInfo destination, StepTally soFar, long inAll) => Shown.Add((soFar, inAll));

        public void Warn(string message) => Warnings.Add(message);
    }
}
