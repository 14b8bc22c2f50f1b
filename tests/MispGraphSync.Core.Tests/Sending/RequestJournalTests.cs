using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Sending;

public class RequestJournalTests
{
    [Fact]
    public void Request_follows_the_transition_table()
    {
        var moves = from state in Enum.GetValues<RequestState>()
                    from what in Enum.GetValues<RequestEvent>()
                    from isRepeatable in (bool[])[true, false]
                    where Request.Next(state, what, isRepeatable) is not null
                    select $"{state} {what} {(isRepeatable ? "repeatable" : "plain create")}: {Request.Next(state, what, isRepeatable)}";

        Assert.Equal(
            [
                "Open Response repeatable: Answered",
                "Open Response plain create: Answered",
                "Open NoResponse repeatable: Unconfirmed",
                "Open NoResponse plain create: Unconfirmed",
                "Unconfirmed SendAgain repeatable: Open",
                "Unconfirmed Reconcile plain create: Reconciled",
                "Unconfirmed Release repeatable: Released",
                "Unconfirmed Quarantine repeatable: Quarantined",
                "Reconciled Quarantine plain create: Quarantined",
            ],
            moves);
    }

    [Fact]
    public void Plain_create_without_a_response_is_reconciled_before_it_is_sent_again()
    {
        var request = new Request(new OpenIntent(1, Operation.Create, []), isRepeatable: false, RequestState.Open);
        request.MissResponse([], "timeout");

        Assert.Equal((RequestState.Unconfirmed, true, "timeout"), (request.State, request.WasUnconfirmed, request.Why));
        var bug = Assert.Throws<InvalidOperationException>(() => request.Move(RequestEvent.SendAgain));
        Assert.Equal("A request that is Unconfirmed cannot SendAgain.", bug.Message);
    }

    /// <summary>What closes a request: an answer, or the end of the wait for one.</summary>
    [Theory]
    [InlineData(Operation.Delete, "answer", "Answered")]
    [InlineData(Operation.Delete, "close", "Released")]
    [InlineData(Operation.Create, "close", "Reconciled")]
    [InlineData(Operation.Delete, "quarantine", "Quarantined")]
    [InlineData(Operation.Create, "close and quarantine", "Quarantined")]
    public async Task Closed_request_is_not_closed_again(Operation operation, string how, string state)
    {
        using var run = new TestRun();
        using var file = run.OpenLedger();
        var ledger = new DestinationLedger(file, new RunHistory(file).Begin("push", Some.Now));
        var place = ledger.OpenDestination(run.Destination.Info, IndicatorShape.Combined, "settings");
        var journal = new RequestJournal(run.Destination, ledger, place);
        var request = journal.Open(operation, []);

        if (how == "answer") journal.Record(request, []);
        else request.MissResponse([], "timeout");
        if (how.StartsWith("close", StringComparison.Ordinal)) await journal.CloseAsync(request, CancellationToken.None);
        if (how.EndsWith("quarantine", StringComparison.Ordinal)) journal.Quarantine(request, new StepOutcome.Rejected("no response"));

        Assert.Equal(state, request.State.ToString());
        Assert.Empty(ledger.OpenIntents(place));
        Assert.Throws<InvalidOperationException>(() => request.Move(RequestEvent.NoResponse));
        await Assert.ThrowsAsync<InvalidOperationException>(() => journal.CloseAsync(request, CancellationToken.None));
    }

    [Theory]
    [InlineData(StepAction.Create, true, 1)]
    [InlineData(StepAction.Create, false, 0)]
    [InlineData(StepAction.Delete, true, 0)]
    public async Task Only_creations_where_others_own_values_need_the_list_when_earlier_requests_are_closed(
        StepAction action, bool isShared, int lists)
    {
        using var run = new TestRun();
        using var file = run.OpenLedger();
        var ledger = new DestinationLedger(file, new RunHistory(file).Begin("push", Some.Now));
        var place = ledger.OpenDestination(run.Destination.Info, IndicatorShape.Combined, "settings");
        (run.Destination.Upserts, run.Destination.HasSharedNamespace) = (true, isShared);
        var journal = new RequestJournal(run.Destination, ledger, place);
        var step = new PlanStep
        {
            Action = action,
            Reason = "new",
            Observables = Hash128.Of("a"),
            Key = Guid.NewGuid(),
            Body = "{}"u8.ToArray(),
        };
        journal.Open(action == StepAction.Create ? Operation.Create : Operation.Delete, [step]);

        await journal.CloseEarlierAsync(ledger.OpenIntents(place), CancellationToken.None);

        Assert.Equal(lists, run.Destination.Listed);
        Assert.Empty(ledger.OpenIntents(place));
    }
}
