using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>Indicators and objects that name the organisation that created them.</summary>
public sealed class ContextCreatorTests : ContextRuns
{
    public ContextCreatorTests() => Context.Policy = Context.Policy with { CreatedBy = true };

    [Fact]
    public async Task Identity_comes_before_the_indicators_that_name_it_and_the_rest_after()
    {
        Put(1, Moth, Phishing);

        var report = await PushAsync();

        Assert.Equal(
            ["create identity", "create indicator", "create threat-actor", "create attack-pattern", "create relationship"],
            Service.Requested);
        var identity = Context.One("identity First CERT").Id;
        Assert.Contains(identity, Assert.Single(Service.Held).Body, StringComparison.Ordinal);
        Assert.Equal(identity, Context.One("threat-actor Grey Moth").Text("createdBy"));
        Assert.Equal(identity, Context.One("attack-pattern Phishing").Text("createdBy"));
        Assert.Equal((new PlanCounts(4, 0, 0, 0), 4L, 4L), (report.Planned, report.Requests.Sent, report.Tally.Accepted));
        Service.Requested.Clear();
        Assert.Equal((PlanCounts.None, 0), ((await PushLaterAsync(Hours(1))).Planned, Service.Requested.Count));
    }

    [Fact]
    public async Task Indicators_name_nobody_where_that_is_not_asked_for()
    {
        Context.Policy = Context.Policy with { CreatedBy = false };
        Put(1, Moth);

        await PushAsync();

        Assert.DoesNotContain("identity--", Assert.Single(Service.Held).Body, StringComparison.Ordinal);
        Assert.Null(Context.One("threat-actor Grey Moth").Text("createdBy"));
    }

    [Fact]
    public async Task Event_without_an_organisation_names_nobody()
    {
        Run.Source.Put(Event(1, Moth) with { Organisation = null, OrganisationUuid = null }, Some.Domain(1));

        await PushAsync();

        Assert.Equal(["threat-actor Grey Moth"], Names);
        Assert.DoesNotContain("identity--", Assert.Single(Service.Held).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Object_of_two_organisations_names_neither()
    {
        Put(1, Moth);
        await PushAsync();
        Run.Source.Put(Event(2, Moth) with { OrganisationUuid = Some.Uuid(72), Organisation = "Second CERT" }, Some.Domain(2));

        await PushLaterAsync(Hours(1));

        Assert.Null(Context.One("threat-actor Grey Moth").Text("createdBy"));
    }

    [Fact]
    public async Task Rejected_identity_is_named_by_nothing_until_it_is_there()
    {
        Put(1, Moth);
        Put(2);
        AnswerFor("First CERT");

        Assert.Equal(new StepTally(1, 1, 0, 0), (await PushAsync()).Tally);
        Assert.All(Service.Held, one => Assert.DoesNotContain("identity--", one.Body, StringComparison.Ordinal));
        AnswerFor(null);
        Run.Time.Advance(Hours(1));
        await Run.RetryAsync();

        var next = await Run.PushAsync();

        var identity = Context.One("identity First CERT").Id;
        Assert.Equal(2, next.Destinations[0].Planned.Update);
        Assert.All(Service.Held, one => Assert.Contains(identity, one.Body, StringComparison.Ordinal));
        Put(1, Moth);
        await PushLaterAsync(Hours(1));
        Assert.Equal(identity, Context.One("threat-actor Grey Moth").Text("createdBy"));
    }

    [Fact]
    public async Task Identity_that_had_to_wait_is_named_by_its_indicators_in_the_run_that_creates_it()
    {
        Context.Policy = Context.Policy with { MostObjects = 1, Actors = false, Techniques = false };
        Put(1);
        Run.Source.Put(Event(2) with { OrganisationUuid = Some.Uuid(72), Organisation = "Second CERT" }, Some.Domain(2));
        await PushAsync();
        Assert.Single(Names);

        var report = await Run.PushAsync();

        Assert.Equal(["identity First CERT", "identity Second CERT"], Names);
        Assert.Equal(1, report.Destinations[0].Planned.Update);
        Assert.All(Service.Held, one => Assert.Contains("identity--", one.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Indicators_name_their_creator_after_a_purge()
    {
        Put(1, Moth);
        await PushAsync();
        await Run.PurgeAsync();

        await PushLaterAsync(Hours(1));

        AssertIndicatorsName("identity First CERT");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Identity_that_somebody_removed_is_there_again_before_the_indicators_are_compared(bool isRevoked)
    {
        Put(1, Moth);
        await PushAsync();
        var identity = Context.One("identity First CERT");
        if (isRevoked) Context.Revoke(identity);
        else Context.Objects.Remove(identity);
        Run.Time.Advance(Hours(1));
        Service.Requested.Clear();

        await PushInFullAsync();

        AssertIndicatorsName("identity First CERT");
        Assert.Equal("create identity", Service.Requested[0]);
    }

    [Fact]
    public async Task Indicators_of_a_first_push_name_an_identity_that_was_accepted_late()
    {
        Put(1, Moth);
        var refusals = 1;
        AnswerFor("First CERT", () => refusals-- > 0 ? new StepOutcome.Rejected("Busy.", IsTransient: true) : null);

        await PushAsync();
        await PushLaterAsync(Hours(1));
        await PushLaterAsync(Hours(1));

        AssertIndicatorsName("identity First CERT");
    }

    [Fact]
    public async Task Plan_shows_each_object_once_and_the_name_that_a_push_would_send()
    {
        Put(1, Moth, Phishing);

        var plan = await Run.PlanAsync();

        Assert.Equal((new PlanCounts(4, 0, 0, 0), new StepTally(0, 0, 0, 4)), (Of(plan)!.Planned, Of(plan)!.Tally));
        var planned = Body(Run.Steps.Single(step => step.Label?.Type == "domain"));
        Assert.Equal(5, Run.Steps.Count);
        Assert.Empty(Context.Objects);
        Assert.Empty(Service.Requested);
        await PushAsync();
        Assert.Equal(planned, Body(Run.Steps.Single(step => step.Label?.Type == "domain")));
        Assert.Contains("identity--", planned, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identities_that_were_sent_are_reported_where_the_indicators_then_fail()
    {
        Put(1, Moth);
        Service.OnRequest = (_, steps) =>
        {
            if (steps[0].Label?.Type == "domain") throw new RunFailedException(RunOutcome.Unreachable, "The service is down.");
        };

        var report = Of(await Run.PushAsync())!;

        Assert.Equal((new PlanCounts(1, 0, 0, 0), 1L, 1L), (report.Planned, report.Tally.Accepted, report.Requests.Sent));
    }

    private static string Body(PlanStep step) => System.Text.Encoding.UTF8.GetString(step.Body.Span);

    private void AssertIndicatorsName(string identity)
    {
        var id = Context.One(identity).Id;
        Assert.NotEmpty(Service.Held);
        Assert.All(Service.Held, one => Assert.Contains(id, one.Body, StringComparison.Ordinal));
    }
}
