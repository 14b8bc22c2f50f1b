using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

/// <summary>What is decided of one key, and the step that is made of it.</summary>
public sealed class PlannerTests : IAsyncDisposable
{
    private const string Instance = "misp-graph";

    private static readonly Hash128 Observables = Hash128.Of("d.example");

    /// <summary>Of the event.</summary>
    private static readonly DateTimeOffset Day = new(2026, 1, 3, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeDestination _service = new("sentinel", IndicatorShape.Single);
    private readonly List<(StepAction Action, ItemIdentity Identity)> _written = [];

    public PlannerTests() => _service.OnWrite = (action, identity) => _written.Add((action, identity));

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public void Creation_has_the_key_of_its_generation_and_the_dates_of_MISP()
    {
        var step = Planner().Build(Key() with { Generation = 3 }, new StepDecision(StepAction.Create, StepReasons.New));

        var canonical = _service.Canonical([new Observable.DomainName("d.example")]);
        Assert.Equal((StepAction.Create, StepReasons.New, Observables), (step.Action, step.Reason, step.Observables));
        Assert.Equal((KeyOf(3), 3, null), (step.Key, step.Generation, step.Id));
        Assert.Equal((canonical, "domain d.example"), (step.Value, $"{step.Label}"));
        Assert.Equal((Day, Some.Now.AddDays(-2)), (step.Created, step.Modified));
        Assert.Equal(Some.Now.AddDays(30), step.Expires);
        Assert.InRange(step.RenewAt, Some.Now.AddDays(15), Some.Now.AddDays(22.5));
        Assert.Equal((false, false, false), (step.Replaces, step.WasRejected, step.IdsNotReusable));
        Assert.Equal(StepAction.Create, Assert.Single(_written).Action);
        Assert.Contains("d.example", Encoding.UTF8.GetString(step.Body.Span), StringComparison.Ordinal);
        Assert.Equal(Hash128.Of("WatchList"), step.Hashes.Immutable);
    }

    [Fact]
    public void Dates_of_MISP_are_not_later_than_now_and_the_creation_not_than_the_change()
    {
        var ahead = Planner().Build(Key(Row(changed: Some.Now.AddDays(1))), new StepDecision(StepAction.Create, StepReasons.New));
        Assert.Equal((Day, Some.Now), (ahead.Created, ahead.Modified));

        var future = Planner().Build(Key(Row(firstSeen: Some.Now.AddDays(1))), new StepDecision(StepAction.Create, StepReasons.New));
        Assert.Equal((Some.Now, Some.Now), (future.Created, future.Modified));
    }

    [Fact]
    public void Creation_is_dated_now_where_an_earlier_date_would_be_ignored_after_an_expiry()
    {
        _service.IdsNotReusable = true;

        var step = Planner().Build(Key(), new StepDecision(StepAction.Create, StepReasons.New));

        Assert.Equal((Day, Some.Now, true), (step.Created, step.Modified, step.IdsNotReusable));
    }

    [Theory]
    [InlineData(false, StepAction.Update)]
    [InlineData(true, StepAction.Create)]
    public void Update_keeps_what_identifies_the_held_indicator(bool replaces, StepAction written)
    {
        var held = Held() with { Key = Some.Uuid(9), Generation = 2, Modified = Some.Now.AddDays(1) };
        var key = Key() with { Held = held, Generation = 2, Rejected = Rejected(Hash128.Of("other")) };

        var step = Planner().Build(key, new StepDecision(StepAction.Update, StepReasons.Changed, replaces));

        Assert.Equal((held.Key, 2, "id-1", replaces, true), (step.Key, step.Generation, step.Id, step.Replaces, step.WasRejected));
        Assert.Equal((held.Created, held.Modified.AddMilliseconds(1)), (step.Created, step.Modified));
        Assert.Equal(written, Assert.Single(_written).Action);
    }

    [Fact]
    public void Id_that_may_be_used_up_gives_way_to_the_next_generation()
    {
        var key = Key() with { Held = Held() with { Generation = 1 }, Generation = 2 };

        var step = Planner().Build(key, new StepDecision(StepAction.Update, StepReasons.Changed, Replaces: true));

        Assert.Equal((KeyOf(2), 2, null), (step.Key, step.Generation, step.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Deletion_is_later_than_the_last_send_and_says_whether_it_was_rejected(bool wasRejected)
    {
        var held = Held() with { Modified = Some.Now };
        var key = Key() with { Held = held, Rejected = wasRejected ? Rejected(default) : null };

        var step = Planner().Build(key, new StepDecision(StepAction.Delete, StepReasons.Withdrawn));

        Assert.Equal((held.Key, held.Id, held.Label), (step.Key, step.Id, step.Label));
        Assert.Equal((Some.Now.AddMilliseconds(1), wasRejected), (step.Modified, step.WasRejected));
    }

    [Fact]
    public void Content_is_compared_as_it_would_be_sent()
    {
        Planner().Decide(Key() with { Rejected = Rejected(default) });
        Planner().Decide(Key() with { Held = Held() with { Key = Some.Uuid(9) } });

        Assert.Equal(
            [(StepAction.Create, KeyOf(0)), (StepAction.Update, Some.Uuid(9))], _written.Select(one => (one.Action, one.Identity.Key)));
    }

    [Theory]
    [InlineData(false, 0, StepAction.Create)]
    [InlineData(true, 0, StepAction.Update)]
    [InlineData(true, 1, StepAction.Create)]
    public void Expired_indicator_is_updated_where_its_id_lives_on(bool idsNotReusable, int generation, StepAction expected)
    {
        _service.IdsNotReusable = idsNotReusable;
        var key = Key() with { Held = Held() with { Expires = Some.Now }, Generation = generation };

        Assert.Equal(Step(expected, StepReasons.Expired), Planner().Decide(key));
    }

    [Fact]
    public void Reason_of_a_deletion_says_whether_MISP_still_has_a_source()
    {
        _service.Policy = new DestinationPolicy { ExcludeTypes = ["domain"] };

        Assert.Equal(Step(StepAction.Delete, StepReasons.Excluded), Planner().Decide(Key() with { Held = Held() }));
        Assert.Equal(Step(StepAction.Delete, StepReasons.Withdrawn), Planner().Decide(Key([]) with { Held = Held() }));
        Assert.Equal(PlanDecision.Expired.Instance, Planner().Decide(Key([]) with { Held = Held() with { Expires = Some.Now } }));
        Assert.Equal(PlanDecision.Nothing.Instance, Planner().Decide(Key([])));
    }

    [Fact]
    public void Indicator_of_a_source_that_was_not_read_to_its_end_is_kept()
    {
        _service.Policy = new DestinationPolicy { ExcludeTypes = ["domain"] };
        var key = Key(Row(), Row()) with { Held = Held() };

        Assert.Equal(PlanDecision.Nothing.Instance, Planner(Facts with { Unread = new HashSet<string> { "misp" } }).Decide(key));
        Assert.Equal(
            Step(StepAction.Delete, StepReasons.Excluded), Planner(Facts with { Unread = new HashSet<string> { "other" } }).Decide(key));
    }

    [Fact]
    public void Only_sources_that_were_read_renew()
    {
        var key = Key(Row(), Row()) with { Held = Held() with { RenewAt = Some.Now } };

        Assert.Equal(Step(StepAction.Renew, StepReasons.Expiring), Planner().Decide(key));
        Assert.Equal(
            Step(StepAction.Renew, StepReasons.Expiring), Planner(Facts with { Sources = new HashSet<string> { "misp" } }).Decide(key));
        Assert.Equal(PlanDecision.Nothing.Instance, Planner(Facts with { Sources = new HashSet<string> { "other" } }).Decide(key));
    }

    [Fact]
    public void Indicator_of_aged_events_is_left_to_expire()
    {
        var aged = Row(isAged: true);
        var held = Held();

        Assert.Equal(new PlanDecision.Reschedule(held.Expires), Planner().Decide(Key(aged) with { Held = held }));
        Assert.Equal(PlanDecision.Nothing.Instance, Planner().Decide(Key(aged) with { Held = held with { RenewAt = held.Expires } }));
    }

    [Fact]
    public void Only_an_update_in_place_starts_to_alert()
    {
        _service.StartsAlerts = true;
        var changed = Held() with { Hashes = Held().Hashes with { Content = Hash128.Of("earlier") } };
        var planner = Planner();

        planner.Decide(Key() with { Held = Held() });
        planner.Decide(Key() with { Held = changed with { Hashes = changed.Hashes with { Immutable = Hash128.Of("earlier") } } });
        Assert.Equal(0, planner.StartingToAlert);
        Assert.Equal(Step(StepAction.Update, StepReasons.Changed), planner.Decide(Key() with { Held = changed }));
        Assert.Equal(1, planner.StartingToAlert);
    }

    [Fact]
    public void Rank_and_key_are_known_only_where_room_is_limited()
    {
        var rank = Rank.Of(ThreatLevel.Medium, 50, Some.Now.AddDays(-2));
        var planner = Planner();
        Assert.Equal(Step(StepAction.Create, StepReasons.New), planner.Decide(Key()));
        Assert.Equal(default, planner.Rank);

        _service.Capacity = 5;
        planner = Planner();
        Assert.Equal(Ranked(StepAction.Create, StepReasons.New, rank, KeyOf(0)), planner.Decide(Key()));
        Assert.Equal(rank, planner.Rank);
        var expired = Held() with { Key = Some.Uuid(9), Expires = Some.Now };
        Assert.Equal(Ranked(StepAction.Create, StepReasons.Expired, rank, Some.Uuid(9)), planner.Decide(Key() with { Held = expired }));
        var due = Held() with { RenewAt = Some.Now };
        Assert.Equal(Ranked(StepAction.Renew, StepReasons.Expiring, rank, null), planner.Decide(Key() with { Held = due }));
        Assert.Equal(Step(StepAction.Delete, StepReasons.Withdrawn), planner.Decide(Key([]) with { Held = Held() }));
    }

    [Fact]
    public void Listed_indicator_that_is_as_it_should_be_is_held_as_listed()
    {
        var (since, ends) = (Some.Now.AddDays(-5), Some.Now.AddDays(20));
        var there = Listed() with { Modified = Some.Now.AddHours(1), Created = since, Expires = ends };

        var found = TakenOver(Key(), there, StepReasons.New);

        Assert.Equal((KeyOf(0), "listed", since, ends), (found.Key, found.Id, found.ListedSince, found.Expires));
        Assert.Equal((Day, Some.Now.AddHours(1)), (found.Created, found.Modified));
        Assert.True(found.Hashes.IsContentKnown);
        Assert.Equal(Hash128.Of("WatchList"), found.Hashes.Immutable);
    }

    [Theory]
    [InlineData("content", false)]
    [InlineData("fixed", true)]
    public void Listed_indicator_that_differs_is_updated_or_replaced(string property, bool replaces)
    {
        // An update carries everything here: only the listed hash knows what is immutable.
        var there = Listed() with
        {
            Raw = Encoding.UTF8.GetBytes($$"""{"{{property}}":"edited"}"""),
            ImmutableHash = Hash128.Of(replaces ? "edited" : "WatchList"),
            Expires = Some.Now.AddDays(20),
        };

        var takeover = Assert.IsType<PlanDecision.TakeOver>(Planner(Looking, _ => new ListedKey(there, null, false)).Decide(Key()));

        Assert.False(takeover.Found.Hashes.IsContentKnown);
        Assert.Equal(Step(StepAction.Update, StepReasons.Adopted, replaces), takeover.Then);
    }

    [Fact]
    public void What_the_ledger_knows_of_a_listed_indicator_stays_where_the_list_shows_less()
    {
        var held = Held() with
        {
            Hashes = new ItemHashes(Hash128.Unknown, Hash128.Unknown),
            ListedSince = Some.Now.AddDays(-7),
            Modified = Some.Now.AddDays(-1),
        };
        var there = Listed() with { Id = null, Modified = Some.Now.AddDays(-2), Created = Some.Now.AddDays(-3), Expires = held.Expires };

        var found = TakenOver(Key() with { Held = held }, there, null);

        Assert.Equal((held.Id, held.ListedSince, held.Modified), (found.Id, found.ListedSince, found.Modified));
        Assert.Equal("listed", TakenOver(Key() with { Held = held }, there with { Id = "listed" }, null).Id);
    }

    private static PlanFacts Facts { get; } = new(Some.Now, Instance, null, LooksAtDestination: false);

    private static PlanFacts Looking { get; } = Facts with { LooksAtDestination = true };

    private HeldIndicator TakenOver(PlanKey key, RemoteIndicator there, string? created)
    {
        var planner = Planner(Looking, id => id == (key.Held?.Key ?? KeyOf(0)) ? new ListedKey(there, null, false) : null);
        var takeover = Assert.IsType<PlanDecision.TakeOver>(planner.Decide(key));
        Assert.NotEqual(created ?? "", (takeover.Then as PlanDecision.Step)?.Decision.Reason ?? "none");
        return takeover.Found;
    }

    private Planner Planner(PlanFacts? facts = null, Func<Guid, ListedKey?>? list = null) => Planner(_service, facts ?? Facts, list);

    private static Planner Planner(FakeDestination service, PlanFacts facts, Func<Guid, ListedKey?>? list = null) =>
        new(service, new Eligibility(service, new NeverBlock([]), Some.Now), facts, list ?? (_ => null));

    private static PlanStep Sent() => Planner(new FakeDestination("sentinel", IndicatorShape.Single), Facts)
        .Build(Key(), new StepDecision(StepAction.Create, StepReasons.New));

    private static PlanKey Key(params IndicatorSourceRow[] rows) => new() { Observables = Observables, Sources = rows };

    private static PlanKey Key() => Key(Row());

    private static PlanDecision.Step Step(StepAction action, string reason, bool replaces = false) =>
        new(new StepDecision(action, reason, replaces));

    private static PlanDecision.Step Ranked(StepAction action, string reason, Rank rank, Guid? key) =>
        new(new StepDecision(action, reason) { Rank = rank, Key = key });

    private static RejectedIndicator Rejected(Hash128 content) => new(StepAction.Update, content, IsTransient: false, Attempts: 1);

    private Guid KeyOf(int generation) => StableId.ForIndicator(
        Instance, "sentinel", "", _service.Canonical([new Observable.DomainName("d.example")]), generation);

    // As sent ten days ago, and unchanged since.
    private static HeldIndicator Held()
    {
        var sent = Sent();
        return HeldIndicator.Listed(Observables, sent.Key, "id-1", sent.Label, sent.Expires.AddDays(-10)) with
        {
            Hashes = sent.Hashes,
            Created = Some.Now.AddDays(-20),
            Modified = Some.Now.AddDays(-10),
            RenewAt = Some.Now.AddDays(1),
        };
    }

    private static RemoteIndicator Listed()
    {
        var sent = Sent();
        return new RemoteIndicator("listed", sent.Key, sent.Body, "fake", "d.example", null, null, sent.Expires);
    }

    private static IndicatorSourceRow Row(DateTimeOffset? changed = null, DateTimeOffset? firstSeen = null, bool isAged = false) => new(
        new IndicatorSource
        {
            Attribute = Some.Uuid(7),
            Part = 0,
            Type = "domain",
            Combined = [new Observable.DomainName("d.example")],
            Single = new Observable.DomainName("d.example"),
            Timestamp = changed ?? Some.Now.AddDays(-3),
            FirstSeen = firstSeen,
        },
        new EventFacts(Some.Event(2), "misp", isAged));
}
