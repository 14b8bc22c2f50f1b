using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Sending;
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
}
