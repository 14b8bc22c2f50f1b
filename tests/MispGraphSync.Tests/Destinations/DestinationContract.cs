using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

/// <summary>What the sync expects of every destination, whatever the service.</summary>
public abstract class DestinationContract : IAsyncLifetime
{
    private readonly TestTransport _test = new();
    private readonly FakeTokens _tokens = new();

    private protected IDestination Destination { get; private set; } = null!;

    private protected ServiceDouble Service { get; private set; } = null!;

    private protected TestTransport Test => _test;

    private protected FakeTokens Tokens => _tokens;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_step_gets_its_outcome_in_order()
    {
        var steps = Steps(3);

        var outcomes = await ApplyAsync(Operation.Create, steps);

        Assert.Equal(3, outcomes.Count);
        Assert.All(outcomes, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.Equal(3, Service.Held);
    }

    [Fact]
    public async Task A_full_batch_is_one_request()
    {
        await ApplyAsync(Operation.Create, Steps(Destination.Capabilities.BatchSize));

        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task More_steps_than_a_batch_throw() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => ApplyAsync(Operation.Create, Steps(Destination.Capabilities.BatchSize + 1)));

    [Fact]
    public async Task No_steps_send_no_request()
    {
        foreach (var operation in Enum.GetValues<Operation>()) Assert.Empty(await ApplyAsync(operation, []));

        Assert.Empty(Service.Requests);
    }

    [Fact]
    public async Task Partly_rejected_batch_blames_the_right_step_in_the_services_words()
    {
        Service.Refuse = 1;

        var outcomes = await ApplyAsync(Operation.Create, Steps(3));

        Assert.IsType<StepOutcome.Accepted>(outcomes[0]);
        var rejected = Assert.IsType<StepOutcome.Rejected>(outcomes[1]);
        Assert.False(rejected.WholeBatch);
        Assert.NotEmpty(rejected.Response);
        Assert.IsType<StepOutcome.Accepted>(outcomes[2]);
    }

    [Fact]
    public async Task Rejected_batch_marks_each_step_as_rejected_with_the_whole_batch()
    {
        Service.Script(400, """{"error":{"code":"invalidRequest","message":"bad body"}}""");

        var outcomes = await ApplyAsync(Operation.Create, Steps(2));

        Assert.All(outcomes, o => Assert.True(Assert.IsType<StepOutcome.Rejected>(o).WholeBatch));
    }

    [Fact]
    public async Task Full_service_marks_each_step_as_over_capacity()
    {
        Service.Script(400, """{"error":{"code":"InvalidInput","message":"The maximum number of indicators would be exceeded."}}""");

        var outcomes = await ApplyAsync(Operation.Create, Steps(2));

        Assert.All(outcomes, o => Assert.True(o is StepOutcome.Rejected { NoRoom: true, WholeBatch: true, IsTransient: true }));
    }

    [Fact]
    public async Task Throttled_request_is_retried_and_accepted()
    {
        Service.Script(429, retryAfter: "30");
        Service.Script(429);
        var before = Test.Time.GetUtcNow();

        var outcomes = await ApplyAsync(Operation.Create, Steps(2));

        Assert.All(outcomes, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.True(Test.Time.GetUtcNow() - before >= TimeSpan.FromSeconds(30));
        Assert.Equal(2, Service.Held);
    }

    [Fact]
    public async Task Expired_token_is_renewed_once()
    {
        Service.Script(401);

        var outcomes = await ApplyAsync(Operation.Create, Steps(1));

        Assert.IsType<StepOutcome.Accepted>(Assert.Single(outcomes));
        Assert.Equal(["Bearer token-1", "Bearer token-2"], Service.Requests.Select(r => r.Token));
        Assert.Equal(1, Tokens.Refreshes);
    }

    [Fact]
    public async Task Missing_permission_ends_the_run_with_a_remedy()
    {
        Service.Script(403, """{"error":{"code":"accessDenied","message":"no"}}""");

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ApplyAsync(Operation.Create, Steps(1)));

        Assert.Equal(RunOutcome.SignInFailed, failure.Outcome);
        Assert.NotNull(failure.Remedy);
        Assert.Single(Service.Requests);
    }

    [Theory]
    [InlineData(400, "<html><title>Blocked</title>Blocked by policy</html>")]
    [InlineData(401, "<!DOCTYPE html><p>Who are you?")]
    [InlineData(403, "\uFEFF \r\n<html>")]
    [InlineData(404, "<html>404 Not Found</html>")]
    public async Task Web_page_is_not_accepted_as_a_response(int status, string page)
    {
        // A refused token is fetched a second time.
        for (var i = 0; i < (status == 401 ? 2 : 1); i++) Service.Script(status, page);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ApplyAsync(Operation.Create, Steps(1)));

        Assert.Equal((RunOutcome.Unreachable, (bool?)true), (failure.Outcome, failure.MayHaveHappened));
        Assert.Contains($"sent a web page ({status})", failure.Message, StringComparison.Ordinal);
        Assert.Contains("proxy", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_a_wait()
    {
        Service.Script(429, retryAfter: "600");
        using var cancelled = new CancellationTokenSource();
        var applying = Destination.ApplyAsync(Operation.Create, Steps(1), cancelled.Token);
        while (Service.Requests.Count == 0) await Task.Yield();

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => applying);
        Assert.Equal(0, Service.Held);
    }

    [Fact]
    public async Task Lost_response_leaves_each_indicator_exactly_once()
    {
        var steps = Steps(3);
        Test.LoseNextAnswer();
        var outcomes = await ApplyAsync(Operation.Create, steps);

        if (outcomes.Any(o => o is StepOutcome.Unknown))
        {
            var settlement = await Test.PassAsync(Destination.ReconcileAsync([.. steps.Select(s => s.Key)], Ct));
            outcomes = await ApplyAsync(Operation.Create, [.. steps.Where(s => !settlement.Existing.ContainsKey(s.Key))]);
        }

        Assert.All(outcomes, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.Equal(3, Service.Held);
    }

    [Fact]
    public async Task Created_indicators_can_be_deleted()
    {
        var created = await ApplyAsync(Operation.Create, Steps(2));
        var ids = created.Select(o => Assert.IsType<StepOutcome.Accepted>(o).Id).ToArray();

        var deleted = await ApplyAsync(
            Operation.Delete, [.. ids.Select((id, i) => SomeIndicator.Step(Destination, i, StepAction.Delete, id))]);

        Assert.All(deleted, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.Equal(0, Service.Held);
    }

    [Fact]
    public async Task Unreachable_service_is_reported_as_unreachable()
    {
        Service.Dispose();

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ApplyAsync(Operation.Create, Steps(1)));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Equal(6, Test.Files.Length);
    }

    public ValueTask InitializeAsync()
    {
        Service = Start();
        Destination = Create(Service.Endpoint, _test.Transport, _tokens);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Destination.DisposeAsync();
        Service.Dispose();
        _test.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract ServiceDouble Start();

    private protected abstract IDestination Create(Uri endpoint, Transport transport, ITokenSource tokens);

    private protected PlanStep[] Steps(int count) => [.. Enumerable.Range(0, count).Select(i => SomeIndicator.Step(Destination, i))];

    private protected Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps) =>
        Test.PassAsync(Destination.ApplyAsync(operation, steps, Ct));
}
