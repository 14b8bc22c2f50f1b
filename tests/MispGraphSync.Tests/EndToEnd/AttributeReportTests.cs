using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Misp;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>Decay scores and sightings: what MISP says of single attributes without moving an event's timestamp.</summary>
public sealed class AttributeReportTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions(), "sentinel");
        Misp.DecayModels = [new MispDecayModel(7, "Fast", Days: 30, Speed: 1, Start: 90)];
    }

    private MispState Misp => _run.Sandbox.MispState;

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Score_below_the_threshold_withdraws_the_indicator_and_a_sighting_brings_it_back()
    {
        var old = Add("old.example");
        await PushAsync(0);
        Decay(new JsonObject { ["model"] = "fast", ["threshold"] = 30 });
        await PushAsync(0);
        Assert.Equal(["old.example"], Held());

        _run.Time.Advance(TimeSpan.FromDays(19));
        Add("young.example");
        await PushAsync(0);
        Assert.Equal(["old.example", "young.example"], Held());
        _run.Time.Advance(TimeSpan.FromDays(2));
        var removal = await PushAsync(0);
        Assert.Equal(["young.example"], Held());
        Assert.Equal(1, removal.GetProperty("destinations")[0].GetProperty("planned").GetProperty("delete").GetInt32());

        Misp.Sight(old, "0", _run.Time.GetUtcNow(), source: "sensor");
        await PushAsync(0);
        Assert.Equal(["old.example", "young.example"], Held());
    }

    [Fact]
    public async Task Own_sightings_keep_nothing_alive()
    {
        var old = Add("old.example");
        Decay(new JsonObject { ["model"] = "Fast", ["threshold"] = 30 });
        await PushAsync(0);
        _run.Time.Advance(TimeSpan.FromDays(18));
        Misp.Sight(old, "0", _run.Time.GetUtcNow(), source: "misp-graph");
        await PushAsync(0);
        Assert.Equal(["old.example"], Held());

        _run.Time.Advance(TimeSpan.FromDays(4));
        Misp.Sight(old, "0", _run.Time.GetUtcNow(), source: "misp-graph");
        await PushAsync(0);

        Assert.Empty(Held());
        Misp.Sight(old, "0", _run.Time.GetUtcNow(), source: "sensor");
        await PushAsync(0);
        Assert.Equal(["old.example"], Held());
    }

    [Fact]
    public async Task Score_is_the_confidence_where_that_is_asked_for()
    {
        Add("a.example");
        Decay(new JsonObject { ["model"] = "7", ["asConfidence"] = true });
        await PushAsync(0);
        Assert.Equal(80, Confidence());

        // A point a day is no reason to send it again.
        _run.Time.Advance(TimeSpan.FromDays(1));
        _run.Sandbox.ForgetRequests();
        await PushAsync(0);
        Assert.Empty(_run.Sandbox.Writes("sentinel"));
        _run.Time.Advance(TimeSpan.FromDays(19));
        await PushAsync(0);
        Assert.Equal(20, Confidence());

        Decay(null);
        await PushAsync(0, "push", "--json", "--accept-changes");
        Assert.Equal(50, Confidence());
    }

    [Fact]
    public async Task New_threshold_withholds_its_deletions_until_it_is_accepted()
    {
        Add("old.example");
        Decay(new JsonObject { ["model"] = "Fast" });
        await PushAsync(0);
        _run.Time.Advance(TimeSpan.FromDays(25));
        Add("young.example");
        await PushAsync(0);
        Decay(new JsonObject { ["model"] = "Fast", ["threshold"] = 30 });

        await PushAsync(6);
        Assert.Equal(["old.example", "young.example"], Held());
        await PushAsync(0, "push", "--json", "--accept-changes");

        Assert.Equal(["young.example"], Held());
    }

    [Fact]
    public async Task Unknown_model_is_a_settings_error_before_anything_is_read()
    {
        Add("a.example");
        Decay(new JsonObject { ["model"] = "Slow" });
        _run.Sandbox.ForgetRequests();

        var result = await _run.RunAsync("push");

        Assert.Equal(2, result.Code);
        Assert.Contains("has no decaying model 'Slow' for this key", result.Out, StringComparison.Ordinal);
        Assert.Contains("Set misp.decay.model to one of: Fast.", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(_run.Sandbox.RequestsTo(Service.Misp), one => one.Path.Contains("restSearch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scores_that_cannot_be_read_stay_and_make_the_read_partial()
    {
        Add("a.example");
        Decay(new JsonObject { ["model"] = "Fast", ["asConfidence"] = true });
        await PushAsync(0);
        _run.Time.Advance(TimeSpan.FromDays(10));
        _run.Sandbox.Faults.Add(
            Service.Misp, new Fault.Reply(400, "{}"), when: request => request.Path.Contains("attributes/", StringComparison.Ordinal));

        var result = await _run.RunAsync("push");

        Assert.Equal(3, result.Code);
        Assert.Contains("The decay scores could not be read", result.Out, StringComparison.Ordinal);
        Assert.Equal(80, Confidence());
    }

    [Theory]
    [InlineData("own", true, false)]
    [InlineData("all", true, true)]
    [InlineData("none", false, false)]
    public async Task Expiration_sightings_end_an_indicator_by_whose_they_are(string setting, bool own, bool others)
    {
        _run.Change(settings => settings["misp"]!["expirationSightings"] = setting);
        var (mine, theirs) = (Add("mine.example"), Add("theirs.example"));
        Misp.SightingsPolicy = 2;
        await PushAsync(0);
        var end = _run.Time.GetUtcNow().AddDays(3);
        Misp.Sight(mine, "2", end);
        Misp.Sight(theirs, "2", end, "Another CERT");
        await PushAsync(0);

        var expiries = _run.Sandbox.Items("sentinel").ToDictionary(one => one.Value, one => one.Expires!.Value);
        Assert.Equal((own, others), (Ends("mine.example"), Ends("theirs.example")));
        // Neither is renewed beyond it, nor sent again and again.
        _run.Sandbox.ForgetRequests();
        await PushAsync(0);
        Assert.Empty(_run.Sandbox.Writes("sentinel"));

        bool Ends(string value) => (expiries[value] - end).Duration() < TimeSpan.FromSeconds(2);
    }

    [Fact]
    public async Task Expiration_in_the_past_is_a_deletion_under_the_guards()
    {
        var gone = Add("gone.example");
        Add("stays.example");
        await PushAsync(0);
        Misp.Sight(gone, "2", _run.Time.GetUtcNow().AddMinutes(-1));

        await PushAsync(6, "push", "--json", "--max-delete", "0");
        Assert.Equal(["gone.example", "stays.example"], Held());
        await PushAsync(0);
        Assert.Equal(["stays.example"], Held());

        // A newer one of the same organisation takes its place.
        Misp.Sight(gone, "2", _run.Time.GetUtcNow().AddDays(5));
        await PushAsync(0);
        Assert.Equal(["gone.example", "stays.example"], Held());
    }

    [Fact]
    public async Task Removed_sighting_and_one_with_an_old_date_are_found_by_the_next_full_read()
    {
        var (one, two) = (Add("one.example"), Add("two.example"));
        Add("three.example");
        Misp.Sight(one, "2", _run.Time.GetUtcNow().AddMinutes(-1));
        await PushAsync(0);
        Assert.Equal(["three.example", "two.example"], Held());
        Misp.ForgetSightings();
        Misp.Sight(two, "2", _run.Time.GetUtcNow().AddDays(-40));

        await PushAsync(0);
        Assert.Equal(["three.example", "two.example"], Held());
        await PushAsync(0, "push", "--json", "--full");

        Assert.Equal(["one.example", "three.example"], Held());
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    public async Task Key_without_sightings_gets_one_warning_and_a_complete_read(int status)
    {
        Add("a.example");
        Misp.SightingSearchStatus = status;

        var result = await _run.RunAsync("push");
        var doctor = await _run.RunAsync("doctor");

        Assert.Equal(0, result.Code);
        Assert.Equal(2, result.Error.Split("shows no sightings to this key").Length);
        Assert.Contains("misp expirations", doctor.Out, StringComparison.Ordinal);
        Assert.Contains("expirationSightings", doctor.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failing_sightings_leave_the_read_complete_while_no_rule_uses_them()
    {
        var attribute = Add("a.example");
        Misp.Sight(attribute, "2", _run.Time.GetUtcNow().AddDays(3));
        await PushAsync(0);
        Misp.SightingSearchStatus = 400;

        var result = await _run.RunAsync("push");

        Assert.Equal(0, result.Code);
        Assert.Contains("The sightings could not be read", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_use_scores_and_false_positives()
    {
        var (decays, wrong) = (Add("decays.example"), Add("wrong.example"));
        Add("stays.example");
        Decay(new JsonObject { ["model"] = "Fast" });
        _run.Change(settings => settings["rules"] = new JsonArray(
            Rule(new JsonObject { ["decayScoreBelow"] = 50 }), Rule(new JsonObject { ["falsePositivesAtLeast"] = 2 })));
        await PushAsync(0);
        _run.Time.Advance(TimeSpan.FromDays(14));
        await PushAsync(0);
        Assert.Empty(Held());

        Misp.Sight(wrong, "0", _run.Time.GetUtcNow());
        Misp.Sight(decays, "0", _run.Time.GetUtcNow());
        await PushAsync(0);
        Assert.Equal(["decays.example", "wrong.example"], Held());

        Misp.Sight(wrong, "1", _run.Time.GetUtcNow());
        await PushAsync(0);
        Misp.Sight(wrong, "1", _run.Time.GetUtcNow());
        await PushAsync(0);
        Assert.Equal(["decays.example"], Held());

        Misp.SightingSearchStatus = 400;
        var failed = await _run.RunAsync("push");
        Assert.Equal(3, failed.Code);
        Assert.Equal(["decays.example"], Held());
    }

    [Fact]
    public async Task Nothing_is_asked_of_sightings_where_none_count()
    {
        Add("a.example");
        _run.Change(settings => settings["misp"]!["expirationSightings"] = "none");

        await PushAsync(0);

        Assert.DoesNotContain(_run.Sandbox.RequestsTo(Service.Misp), one => one.Path.Contains("sightings", StringComparison.Ordinal));
    }

    private static JsonObject Rule(JsonObject when) => new() { ["when"] = when, ["then"] = new JsonObject { ["send"] = false } };

    private string Add(string domain)
    {
        var uuid = Misp.AddEvent(new JsonObject
        {
            ["info"] = domain,
            ["Attribute"] = new JsonArray(new JsonObject { ["type"] = "domain", ["value"] = domain }),
        });
        return (string)Misp.Get(uuid)!["Attribute"]![0]!["uuid"]!;
    }

    private void Decay(JsonObject? decay) => _run.Change(settings =>
    {
        settings["misp"]!.AsObject().Remove("decay");
        if (decay is not null) settings["misp"]!["decay"] = decay;
    });

    private IReadOnlyList<string> Held() => _run.Sandbox.Values("sentinel");

    private int Confidence() => JsonNode.Parse(Assert.Single(_run.Sandbox.Items("sentinel")).Json)!["confidence"]!.GetValue<int>();

    private async Task<System.Text.Json.JsonElement> PushAsync(int code, params string[] args)
    {
        _run.Time.Advance(TimeSpan.FromSeconds(30));
        var result = await _run.RunAsync(args.Length > 0 ? args : ["push", "--json"]);
        Assert.True(result.Code == code, result.Out + result.Error);
        return result.Json;
    }
}
