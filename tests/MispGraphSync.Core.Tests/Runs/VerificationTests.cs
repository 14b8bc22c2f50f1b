using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

public sealed class VerificationTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Verify_after_a_push_finds_no_differences()
    {
        await PushAsync(3);

        var verified = await _run.VerifyAsync();

        Assert.Equal((RunOutcome.Done, 3L, 3L, 3L), (verified.Outcome, verified.Held, verified.There, verified.AsSent));
        Assert.Empty(_run.Findings);
    }

    [Fact]
    public async Task Missing_indicator_is_named_by_its_value()
    {
        await PushAsync(3);
        var gone = _run.Destination.Held[0].Value;
        _run.Destination.Held.RemoveAt(0);
        // As of an earlier version.
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE held SET label = NULL");

        var verified = await _run.VerifyAsync();

        var finding = Assert.Single(_run.Findings);
        Assert.Equal((RunOutcome.Incomplete, FindingKind.Missing, RepairKind.Create), (verified.Outcome, finding.Kind, finding.Repair));
        Assert.Equal(("domain", gone), (finding.Type, $"DomainName {{ Value = {finding.Value} }}"));
    }

    [Theory]
    [InlineData(1, 59, 60)]
    [InlineData(5, 299, 300)]
    public async Task Recently_sent_indicator_may_be_missing_from_the_list(int lag, int before, int after)
    {
        _run.Destination.VisibilityLag = TimeSpan.FromMinutes(lag);
        await PushAsync(1, isSettled: false);
        _run.Destination.Held.Clear();

        _run.Time.Advance(TimeSpan.FromSeconds(before));
        var early = await _run.VerifyAsync();
        Assert.Equal((RunOutcome.Done, FindingKind.NotYetVisible), (early.Outcome, Assert.Single(_run.Findings).Kind));

        _run.Time.Advance(TimeSpan.FromSeconds(after - before));
        Assert.Equal(RunOutcome.Incomplete, (await _run.VerifyAsync()).Outcome);
    }

    [Fact]
    public async Task Edited_indicator_is_reported_with_its_differences()
    {
        await PushAsync(2);
        Edit(0, """{"content":"somebody else's words"}""");

        await _run.VerifyAsync();

        var finding = Assert.Single(_run.Findings);
        Assert.Equal((FindingKind.Edited, RepairKind.Update), (finding.Kind, finding.Repair));
        var difference = Assert.Single(finding.Differences);
        Assert.Equal(("content", "somebody else's words"), (difference.Property, difference.There));
    }

    [Fact]
    public async Task Indicator_under_another_id_is_reported()
    {
        await PushAsync(2);
        var id = _run.Destination.Held[0].Id;
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Id = "another" };

        await _run.VerifyAsync();

        Assert.Equal(new Difference("id", id, "another"), Assert.Single(Assert.Single(_run.Findings).Differences));
    }

    [Fact]
    public async Task Verify_warns_of_requests_of_an_earlier_run_without_a_response()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 2));
        _run.Destination.OnRequest = (_, _) => throw new InvalidOperationException("killed");
        await Assert.ThrowsAnyAsync<Exception>(() => _run.PushAsync());
        _run.Warnings.Clear();

        await _run.VerifyAsync();

        Assert.Equal(
            "1 requests of an earlier run at 'graph' got no response: their indicators may show as missing or untracked. "
            + "The next push reconciles them.", Assert.Single(_run.Warnings));
    }

    [Fact]
    public async Task Pending_update_is_not_reported_as_edited()
    {
        await PushAsync(2);
        Edit(0, """{"content":"old"}""");
        _run.Destination.Policy = _run.Destination.Policy with { DefaultConfidence = 77 };

        var verified = await _run.VerifyAsync();

        Assert.Equal((RunOutcome.Done, 2L), (verified.Outcome, verified.Pending));
    }

    [Fact]
    public async Task Withdrawn_indicator_is_pending_until_its_deletion_and_keeps_its_name()
    {
        await PushAsync(2);
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(0, IsPercent: false) });

        var verified = await _run.VerifyAsync();
        Assert.Equal((RunOutcome.Done, 1L, 1L), (verified.Outcome, verified.AsSent, verified.Pending));

        _run.Time.Advance(TimeSpan.FromDays(31));
        await _run.VerifyAsync();
        Assert.Equal(
            [(FindingKind.Expired, "d1.example"), (FindingKind.Expired, "d2.example")],
            _run.Findings.Select(finding => (finding.Kind, finding.Value!)).Order());
    }

    [Fact]
    public async Task Indicator_is_expired_at_the_very_moment_of_its_expiry()
    {
        await PushAsync(1);
        _run.Time.Advance(_run.Destination.Held[0].Expires - _run.Time.GetUtcNow());

        var verified = await _run.VerifyAsync();

        var finding = Assert.Single(_run.Findings);
        Assert.Equal((RunOutcome.Done, FindingKind.Expired, RepairKind.None), (verified.Outcome, finding.Kind, finding.Repair));
    }

    [Fact]
    public async Task Indicator_revoked_where_ids_are_reusable_is_created_again_under_its_key()
    {
        await PushAsync(1);
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Revoked = true };

        await _run.VerifyAsync();

        var finding = Assert.Single(_run.Findings);
        Assert.Equal((FindingKind.Missing, RepairKind.Create), (finding.Kind, finding.Repair));
        Assert.Equal([new Difference("revoked", "false", "true")], finding.Differences);
    }

    [Fact]
    public async Task Missing_value_that_nobody_else_holds_is_created_again()
    {
        (_run.Destination.Upserts, _run.Destination.HasSharedNamespace) = (true, true);
        await PushAsync(1);
        _run.Destination.Held.Clear();

        await _run.VerifyAsync();

        var finding = Assert.Single(_run.Findings);
        Assert.Equal((FindingKind.Missing, RepairKind.Create), (finding.Kind, finding.Repair));
        Assert.Empty(finding.Differences);
    }

    [Fact]
    public async Task Indicator_sent_without_an_id_may_have_any()
    {
        await PushAsync(1);
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE held SET id = NULL");

        Assert.Equal((RunOutcome.Done, 1L), ((await _run.VerifyAsync()).Outcome, 1L - _run.Findings.Count));
    }

    [Fact]
    public async Task Expired_indicator_is_no_fault()
    {
        await PushAsync(2);
        _run.Time.Advance(TimeSpan.FromDays(31));

        var verified = await _run.VerifyAsync();

        Assert.Equal((RunOutcome.Done, 2L), (verified.Outcome, verified.Found[FindingKind.Expired]));
    }

    [Fact]
    public async Task Foreign_indicator_is_no_fault()
    {
        await PushAsync(1);
        _run.Destination.Held.Add(new FakeIndicator("x-1", Guid.NewGuid(), "theirs", "{}", _run.Time.GetUtcNow().AddDays(1)));
        _run.Destination.Held.Add(new FakeIndicator("x-2", Guid.NewGuid(), "run out", "{}", _run.Time.GetUtcNow().AddDays(-1)));

        var verified = await _run.VerifyAsync();

        Assert.Equal((RunOutcome.Done, "theirs"),
            (verified.Outcome, Assert.Single(_run.Findings, finding => finding.Kind == FindingKind.Foreign).Value));
    }

    [Fact]
    public async Task Indicator_under_a_wanted_key_without_a_ledger_entry_is_untracked()
    {
        await PushAsync(2);
        ForgetHeld();

        var verified = await _run.VerifyAsync();

        Assert.Equal((RunOutcome.Incomplete, 0L, 2L), (verified.Outcome, verified.Held, verified.Found[FindingKind.Untracked]));
        Assert.All(_run.Findings, finding => Assert.Equal(RepairKind.TakeOver, finding.Repair));
    }

    [Fact]
    public async Task Second_indicator_under_one_key_is_a_duplicate()
    {
        await PushAsync(2);
        var one = _run.Destination.Held[0];
        _run.Destination.Held.Insert(0, one with { Id = "copy" });

        await _run.VerifyAsync();

        var finding = Assert.Single(_run.Findings);
        Assert.Equal((FindingKind.Duplicate, "copy"), (finding.Kind, finding.Id));
    }

    [Fact]
    public async Task Untracked_indicator_may_have_a_duplicate()
    {
        await PushAsync(1);
        _run.Destination.Held.Add(_run.Destination.Held[0] with { Id = "copy" });
        ForgetHeld();

        await _run.VerifyAsync();

        Assert.Equal(
            [(FindingKind.Untracked, RepairKind.TakeOver), (FindingKind.Duplicate, RepairKind.Remove)],
            _run.Findings.OrderBy(finding => finding.Kind).Select(finding => (finding.Kind, finding.Repair)));
        Assert.Equal(2, _run.Findings.Select(finding => finding.Id).Distinct().Count());
    }

    [Fact]
    public async Task Second_id_of_one_indicator_is_no_duplicate_where_sending_again_updates()
    {
        _run.Destination.Upserts = true;
        await PushAsync(1);
        _run.Destination.Held.Add(_run.Destination.Held[0] with { Id = "second" });

        Assert.Equal(RunOutcome.Done, (await _run.VerifyAsync()).Outcome);
        Assert.Empty(_run.Findings);
    }

    [Fact]
    public async Task Indicator_listed_twice_is_no_duplicate()
    {
        await PushAsync(1);
        _run.Destination.Held.Add(_run.Destination.Held[0]);

        var verified = await _run.VerifyAsync();

        Assert.Equal((RunOutcome.Done, 1L), (verified.Outcome, verified.There));
    }

    [Fact]
    public async Task Verify_sends_nothing_and_does_not_change_the_ledger()
    {
        await PushAsync(3);
        _run.Destination.Held.Clear();
        _run.Destination.Sent.Clear();

        await _run.VerifyAsync();
        await _run.PushAsync();

        Assert.Empty(_run.Destination.Sent);
    }

    [Fact]
    public async Task Verify_without_a_ledger_finds_everything_foreign_and_creates_no_ledger()
    {
        _run.Destination.Held.Add(new FakeIndicator("x-1", Guid.NewGuid(), "theirs", "{}", _run.Time.GetUtcNow().AddDays(1)));

        var verified = await _run.VerifyAsync();

        Assert.Equal((RunOutcome.Done, FindingKind.Foreign), (verified.Outcome, Assert.Single(_run.Findings).Kind));
        Assert.False(File.Exists(_run.LedgerPath));
    }

    private async Task PushAsync(int domains, bool isSettled = true)
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, domains));
        await _run.PushAsync();
        if (isSettled) _run.Time.Advance(TimeSpan.FromMinutes(10));
    }

    private void Edit(int at, string body) => _run.Destination.Held[at] = _run.Destination.Held[at] with { Body = body };

    private void ForgetHeld()
    {
        using var ledger = _run.OpenLedger();
        ledger.Run("DELETE FROM held");
        ledger.Run("UPDATE destination SET held = 0");
    }
}
