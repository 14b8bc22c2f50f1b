using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>A deletion says what it deletes, also where MISP has withdrawn it and nothing but the ledger knows its value.</summary>
public sealed class DeletionLabelTests : LostLedgerRuns
{
    [Fact]
    public async Task Planned_deletion_of_a_withdrawn_value_has_its_label()
    {
        Put(1, 2);
        await PushAsync();
        Put(2);

        await Run.PlanAsync();

        Assert.Equal(["Delete domain d1.example"], Labels());
    }

    [Fact]
    public async Task Label_survives_a_lost_response()
    {
        Put(1, 2);
        Service.Answer = (_, _) => new StepOutcome.Unknown("no response");
        await PushAsync();
        Service.Answer = null;
        Service.Upserts = true;
        Put(2);

        await PushAsync(options => options with { AcceptChanges = true });

        Assert.Contains("Delete domain d1.example", Labels());
    }

    [Fact]
    public async Task Label_survives_an_update_and_a_renewal()
    {
        Put(1, 2);
        await PushAsync();
        Run.Time.Advance(TimeSpan.FromDays(25));
        await PushAsync(TestRun.InFull);
        Put(2);

        await Run.PlanAsync();

        Assert.Contains("Delete domain d1.example", Labels());
    }

    [Fact]
    public async Task Replacement_that_is_rejected_keeps_the_label()
    {
        Put(1);
        await PushAsync();
        Service.FixedPart = _ => "other";
        Service.Answer = (operation, step) =>
            operation == Operation.Create && step.Reason != StepReasons.PutBack ? new StepOutcome.Rejected("no") : null;
        Run.Source.Put(Some.Event(1, Run.Time.GetUtcNow(), tags: ["tlp:green"]), Some.Domain(1));
        await PushAsync();
        Assert.Single(Service.Held);
        Put(2);

        await PushAsync();

        Assert.Contains("Delete domain d1.example", Labels());
    }

    [Fact]
    public async Task Deletion_after_a_lost_ledger_has_the_label_of_the_list()
    {
        Put(1, 2);
        await PushAsync();
        LoseLedger();
        Put(2);

        await PushAsync();

        Assert.Equal(["Delete fake DomainName { Value = d1.example }"], Labels());
    }

    [Fact]
    public async Task Value_of_a_ledger_of_an_earlier_version_is_known_after_it_is_sent_again()
    {
        Put(1, 2);
        await PushAsync();
        using (var ledger = Run.OpenLedger()) ledger.Run("UPDATE held SET label = NULL");
        Put(2);
        await Run.PlanAsync();
        Assert.Equal(["Delete "], Labels());

        Run.Source.Put(Some.Event(1, Run.Time.GetUtcNow(), tags: ["tlp:green"]), Some.Domain(1));
        await PushAsync();
        Put(2);
        await Run.PlanAsync();

        Assert.Equal(["Delete domain d1.example"], Labels());
    }

    private IEnumerable<string> Labels() => Run.Steps.Select(step => $"{step.Action} {step.Label}").Order(StringComparer.Ordinal);
}
