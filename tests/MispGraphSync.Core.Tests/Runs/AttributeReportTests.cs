using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>Scores and sightings of single attributes, in the ledger and in the plan.</summary>
public sealed class AttributeReportTests : IDisposable
{
    private readonly TestRun _run = new();
    private readonly FakeReports _reports = new();

    public AttributeReportTests()
    {
        _run.Source.Reported = _reports;
        _run.Reports = new ReportOptions { ReadsScores = true, Threshold = 30, ReadsSightings = true, Expirations = "own" };
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2), Some.Domain(3));
        foreach (var number in (int[])[1, 2, 3]) _reports.Scores[Attribute(number)] = 80;
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Changed_score_plans_its_own_key_only()
    {
        await _run.PushAsync();
        _reports.Scores[Attribute(2)] = 29;

        var report = await _run.PushAsync();

        Assert.Equal((0L, 1L), (report.Destinations[0].Planned.Create, report.Destinations[0].Planned.Delete));
        Assert.Equal(["d1.example", "d3.example"], Names());
        Assert.Equal(0, Changed());
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Score_at_the_threshold_is_sent_and_a_missing_one_too()
    {
        _reports.Scores[Attribute(1)] = 30;
        _reports.Scores.Remove(Attribute(2));

        await _run.PushAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example"], Names());
    }

    [Fact]
    public async Task Scores_are_forgotten_where_none_are_read_any_more()
    {
        _reports.Scores[Attribute(2)] = 5;
        await _run.PushAsync();
        Assert.Equal(["d1.example", "d3.example"], Names());
        _run.Reports = new ReportOptions();

        await _run.PushAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example"], Names());
        Assert.Equal(0, Count("fact"));
    }

    [Fact]
    public async Task Scores_of_attributes_that_are_gone_are_removed()
    {
        await _run.PushAsync();
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        _reports.Scores.Remove(Attribute(2));
        _reports.Scores.Remove(Attribute(3));

        await _run.PushAsync();

        Assert.Equal(1, Count("fact"));
    }

    [Fact]
    public async Task Failed_scores_stay_as_they_were_and_the_read_is_incomplete()
    {
        _reports.Scores[Attribute(2)] = 5;
        await _run.PushAsync();
        _reports.Failure = new RunFailedException(RunOutcome.Unreachable, "No answer.");

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.Incomplete, report.Outcome);
        Assert.StartsWith("The decay scores could not be read: No answer.", Assert.Single(report.Source.Gaps), StringComparison.Ordinal);
        Assert.Equal(["d1.example", "d3.example"], Names());
    }

    [Theory]
    [InlineData(false, RunOutcome.Done)]
    [InlineData(true, RunOutcome.Incomplete)]
    public async Task Failed_sightings_make_the_read_incomplete_where_a_rule_uses_them(bool isNeeded, RunOutcome outcome)
    {
        _run.Reports = new ReportOptions { ReadsSightings = true, NeedsSightings = isNeeded, Expirations = "own" };
        await _run.PushAsync();
        _reports.Failure = new RunFailedException(RunOutcome.Unreachable, "No answer.");

        var report = await _run.PushAsync();

        Assert.Equal(outcome, report.Outcome);
        const string What = "The sightings could not be read: No answer. The last known ones are used.";
        Assert.Equal(isNeeded ? [] : [$"'misp': {What}"], _run.Warnings);
        Assert.Equal(isNeeded ? [What] : [], report.Source.Gaps);
    }

    [Fact]
    public async Task False_positives_are_counted_and_each_sighting_once()
    {
        await _run.PushAsync();
        var now = _run.Time.GetUtcNow();
        _reports.Sightings!.Add(Sighting(1, SightingKind.FalsePositive, "2", now));
        _reports.Sightings.Add(Sighting(2, SightingKind.FalsePositive, "3", now));
        await _run.PushAsync();
        await _run.PushAsync();

        Assert.Equal("2 ", FactOf(1));
        _reports.Sightings.RemoveAt(0);
        await _run.PushAsync(TestRun.InFull);
        Assert.Equal("1 ", FactOf(1));
    }

    [Fact]
    public async Task Sightings_have_no_effect_when_they_are_not_read_any_more()
    {
        _reports.Sightings!.Add(Sighting(1, SightingKind.FalsePositive, "2", _run.Time.GetUtcNow()));
        await _run.PushAsync();
        Assert.Equal("1 ", FactOf(1));
        _run.Reports = new ReportOptions();

        await _run.PushAsync();

        Assert.Equal(0, Count("fact"));
    }

    [Fact]
    public async Task Newer_expiration_of_an_organisation_replaces_its_older_one_and_the_earliest_of_several_counts()
    {
        var now = _run.Time.GetUtcNow();
        _reports.Sightings!.AddRange(
        [
            Sighting(1, SightingKind.Expiration, "2", now.AddDays(1)), Sighting(2, SightingKind.Expiration, "2", now.AddDays(9)),
            Sighting(3, SightingKind.Expiration, "3", now.AddDays(5)),
            Sighting(4, SightingKind.Expiration, "4", now.AddDays(2)) with { Ends = false },
        ]);

        await _run.PushAsync();

        Assert.Equal($" {now.AddDays(5).ToUnixTimeMilliseconds()}", FactOf(1));
    }

    [Fact]
    public async Task Sightings_are_asked_for_since_the_last_run_and_all_of_them_where_others_count_now()
    {
        await _run.PushAsync();
        var first = _run.Time.GetUtcNow();
        _run.Time.Advance(TimeSpan.FromHours(1));
        await _run.PushAsync();
        _run.Reports = _run.Reports with { Expirations = "all" };
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromDays(8));
        await _run.PushAsync();

        Assert.Equal([null, first.AddDays(-1), null, null], _reports.Asked);
    }

    [Fact]
    public async Task Key_that_sees_no_sightings_gets_one_warning()
    {
        _reports.Sightings = null;

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);

        Assert.Equal(
            "'misp' shows no sightings to this key: new false positives and expirations have no effect. Give the key's role access to "
            + "sightings, or set expirationSightings to none.", Assert.Single(_run.Warnings));
    }

    private static Guid Attribute(int domain) => Some.Uuid(1_000_000 + domain);

    private static ReadSighting Sighting(int number, SightingKind kind, string organisation, DateTimeOffset at) =>
        new(Some.Uuid(5_000 + number), number, Attribute(1), kind, organisation, at, Ends: kind == SightingKind.Expiration);

    private long Changed() => Count("dirty");

    private long Count(string table)
    {
        using var ledger = _run.OpenLedger();
        return ledger.Scalar($"SELECT COUNT(*) FROM {table}");
    }

    private string? FactOf(int domain)
    {
        using var ledger = _run.OpenLedger();
        return ledger.First(
            "SELECT COALESCE(false_positives, '') || ' ' || COALESCE(ends_at, '') FROM fact WHERE attribute = ?",
            static row => row.Text(0), Attribute(domain));
    }

    private string[] Names() =>
        [.. _run.Destination.Held.Select(one => one.Value.Split("Value = ")[1].TrimEnd('}', ' ')).Order(StringComparer.Ordinal)];
}
