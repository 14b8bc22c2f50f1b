using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Sending;

/// <summary>What a service cannot change in place: it is removed and created, and nothing may be lost in between.</summary>
public sealed class ReplacementTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    private FakeDestination Service => _run.Destination;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rejected_replacement_keeps_the_old_indicator(bool upserts)
    {
        await HoldAsync(300, upserts);
        var before = Bodies();
        Reform("Botnet", rejects: true);

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Incomplete, 300L, 3L, 297L),
            (report.Outcome, report.Planned.Update, report.Tally.Rejected, report.Tally.NotAttempted));
        Assert.Equal(before, Bodies());
        Assert.Equal(300, report.Held);
    }

    [Fact]
    public async Task Replacement_accepted_later_replaces_all()
    {
        await HoldAsync(300, upserts: true);
        Reform("Botnet", rejects: true);
        await PushAsync();
        Service.Answer = null;

        var report = await PushAsync();

        // The three that were rejected wait until they change, or for a retry.
        Assert.Equal((RunOutcome.Done, 297L, 3L), (report.Outcome, report.Tally.Accepted, report.Suppressed));
        await _run.RetryAsync();
        Assert.All(Bodies(), body => Assert.Contains("Botnet", body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_replacement_is_tried_before_many()
    {
        await HoldAsync(250, upserts: true);
        Reform("Botnet", rejects: false);
        Service.Sent.Clear();

        await PushAsync();

        Assert.Equal([1, 1, 99, 99, 100, 100, 50, 50], Service.Sent.Select(one => one.Items));
        Assert.All(Bodies(), body => Assert.Contains("Botnet", body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restored_settings_need_no_request_after_a_rejected_replacement()
    {
        await HoldAsync(5, upserts: true);
        Reform("Botnet", rejects: true);
        await PushAsync();
        Reform("WatchList", rejects: false);
        Service.Sent.Clear();

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Done, 5L), (report.Outcome, report.Held));
        Assert.Empty(Service.Sent);
    }

    [Fact]
    public async Task Replacement_refused_for_lack_of_permission_keeps_the_old_indicator()
    {
        await HoldAsync(5, upserts: true);
        var before = Bodies();
        Reform("Botnet", rejects: false);
        Service.OnRequest = (operation, steps) =>
        {
            if (operation == Operation.Create && steps[0].Reason != StepReasons.PutBack)
            {
                throw new RunFailedException(RunOutcome.SignInFailed, "This feature is off.");
            }
        };

        Assert.Equal(RunOutcome.SignInFailed, (await PushAsync()).Outcome);
        Assert.Equal(before, Bodies());
    }

    [Fact]
    public async Task Run_killed_within_a_replacement_restores_the_old_indicator()
    {
        await HoldAsync(1, upserts: true);
        var before = Bodies();
        Reform("Botnet", rejects: false);
        Service.OnRequest = (operation, _) =>
        {
            if (operation == Operation.Create) throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => PushAsync());
        Assert.Empty(Service.Held);

        Service.OnRequest = null;
        Reform("Botnet", rejects: true);
        Assert.Equal(RunOutcome.Incomplete, (await PushAsync()).Outcome);
        Assert.Equal(before, Bodies());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replacement_with_an_unconfirmed_deletion_takes_effect_in_the_next_run(bool upserts)
    {
        await HoldAsync(3, upserts);
        Reform("Botnet", rejects: false);
        Service.Answer = (operation, _) => operation == Operation.Delete ? new StepOutcome.Unknown("cut") : null;
        await PushAsync();
        Service.Answer = null;

        Assert.Equal(RunOutcome.Done, (await PushAsync()).Outcome);
        Assert.Equal(3, Service.Held.Count);
        Assert.All(Bodies(), body => Assert.Contains("\"fixed\":\"Botnet\"", body, StringComparison.Ordinal));
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task Takeover_replaces_indicators_with_an_unknown_immutable_part()
    {
        await HoldAsync(3, upserts: true);
        File.Delete(_run.LedgerPath);
        Reform("Botnet", rejects: false);

        await PushAsync();

        Assert.Equal(3, Service.Held.Count);
        Assert.All(Bodies(), body => Assert.Contains("\"fixed\":\"Botnet\"", body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Interrupted_replacement_of_a_repair_is_found_again()
    {
        await HoldAsync(3, upserts: true);
        _run.Time.Advance(TimeSpan.FromHours(1));
        var edited = Service.Held[0] with { Body = "{\"content\":\"edited\",\"fixed\":\"Other\"}" };
        Service.Held[0] = edited;
        Service.OnRequest = (_, _) => throw new InvalidOperationException("killed");
        await Assert.ThrowsAnyAsync<Exception>(() => _run.VerifyAsync(repairs: true));
        Service.OnRequest = null;

        await _run.VerifyAsync(repairs: true);

        Assert.Equal(3, Service.Held.Count);
        Assert.DoesNotContain(Bodies(), body => body.Contains("Other", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Destination_with_all_indicators_suppressed_is_incomplete()
    {
        Service.Answer = (_, _) => new StepOutcome.Rejected("no");
        Put(3);
        await PushAsync();

        var second = await PushAsync();

        Assert.Equal((RunOutcome.Incomplete, 0L, 3L), (second.Outcome, second.Planned.Total, second.Suppressed));
    }

    [Fact]
    public async Task Shorter_lifetime_shortens_held_indicators()
    {
        Service.HasLifetime = false;
        await HoldAsync(2, upserts: true);
        Service.Policy = new DestinationPolicy { DaysToExpire = 7 };

        var report = await PushAsync();

        Assert.Equal((2L, 2L), (report.Planned.Update, report.Tally.Accepted));
        Assert.All(Service.Held, one => Assert.Equal(_run.Time.GetUtcNow().AddDays(7), one.Expires));
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task Shorter_lifetime_shortens_aged_indicators()
    {
        Service.HasLifetime = false;
        await HoldAsync(2, upserts: true);
        _run.Source.Aged.Add(Some.Uuid(1));
        _run.Source.Remove(Some.Event(1));
        await PushAsync();
        Service.Policy = new DestinationPolicy { DaysToExpire = 7 };

        await PushAsync();

        Assert.All(Service.Held, one => Assert.Equal(_run.Time.GetUtcNow().AddDays(7), one.Expires));
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    private async Task HoldAsync(int count, bool upserts)
    {
        Service.Upserts = upserts;
        Put(count);
        Assert.Equal(count, (await PushAsync()).Held);
    }

    private void Put(int count)
    {
        for (var i = 1; i <= count; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
    }

    // The setting that decides the immutable part changes for all.
    private void Reform(string form, bool rejects)
    {
        Service.FixedPart = _ => form;
        Service.Policy = Service.Policy with { DefaultThreatType = Enum.Parse<ThreatType>(form) };
        Service.Answer = (operation, step) =>
            rejects && operation != Operation.Delete && step.Reason != StepReasons.PutBack
                ? new StepOutcome.Rejected($"{form} is not allowed")
                : null;
    }

    private List<string> Bodies() => [.. Service.Held.Select(one => one.Body).Order(StringComparer.Ordinal)];

    private async Task<DestinationReport> PushAsync()
    {
        var report = await _run.PushAsync();
        Assert.Empty(report.Imbalances);
        return report.Destinations[0];
    }
}
