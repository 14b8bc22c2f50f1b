using MispGraphSync.Core.Ports;
using MispGraphSync.Sandbox;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>Scores and sightings in the form in which a real MISP 2.5.1 answered.</summary>
public sealed class MispReportTests : IAsyncLifetime
{
    private const string Attribute = "6ac7b12a-3a21-42ab-9573-0cb880ae0f65";
    private const string Uuid = "2f358d65-fb15-4225-8dd5-04ca108d719b";

    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private SandboxHost _sandbox = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions(), Ct);
        _http = MispClient.CreateHttp(new MispSettings(), caFile: null, proxy: null);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"score":66.69651489084973,"base_score":80,"decayed":false,"DecayingModel":{"id":"1","name":"Model"}}""", 66)]
    [InlineData("""{"score":29.999,"base_score":80}""", 29)]
    [InlineData("""{"score":"12.5","base_score":"80"}""", 12)]
    [InlineData("""{"score":0,"base_score":80}""", 0)]
    [InlineData("""{"score":1e9,"base_score":80}""", 100)]
    [InlineData("""{"score":null,"base_score":80}""", null)]
    [InlineData("""{"score":"NaN"}""", null)]
    public async Task Scores_are_whole_points_rounded_down(string score, int? points)
    {
        _sandbox.MispState.DecayModels = [new(1, "Model")];
        AnswerAttributes($$"""{"id":"562","uuid":"{{Attribute}}","timestamp":"1689946468","last_seen":null,"decay_score":[{{score}}]}""");

        Assert.Equal(points, (await ScoresAsync()).Select(one => (int?)one.Score).SingleOrDefault());
    }

    [Theory]
    [InlineData("""{"uuid":"6ac7b12a-3a21-42ab-9573-0cb880ae0f65"}""")]
    [InlineData("""{"uuid":"no uuid","decay_score":[{"score":5}]}""")]
    [InlineData("""{"uuid":"6ac7b12a-3a21-42ab-9573-0cb880ae0f65","decay_score":[]}""")]
    [InlineData("\"text\"")]
    public async Task Attributes_without_a_score_are_passed_over(string attribute)
    {
        _sandbox.MispState.DecayModels = [new(1, "Model")];
        AnswerAttributes(attribute);

        Assert.Empty(await ScoresAsync());
    }

    [Fact]
    public async Task Server_that_gives_the_same_page_again_is_a_failure()
    {
        _sandbox.MispState.DecayModels = [new(1, "Model")];
        AnswerAttributes($$"""{"uuid":"{{Attribute}}","decay_score":[{"score":5}]}""", times: 2);

        var failure = await Assert.ThrowsAsync<MispException>(ScoresAsync);

        Assert.Contains("again and again", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "4", "4", true)]
    [InlineData("1", "2", "4", true)]
    [InlineData("1", "9", "4", false)]
    // The server hides whose it is.
    [InlineData("1", "0", "0", false)]
    public async Task Own_expirations_are_those_of_the_creator_and_of_the_keys_organisation(
        string id, string organisation, string creator, bool ends)
    {
        _sandbox.MispState.User.SearchDefaults = [];
        Answer("/users/view/me", """{"User":{"id":"2","org_id":"2"},"Role":{},"Organisation":{"id":"2"}}""");
        AnswerSightings($$"""
            {"id":"{{id}}","attribute_id":"562","event_id":"14","org_id":"{{organisation}}","date_sighting":"1800000002","uuid":"{{Uuid}}",
            "source":"tester","type":"2","Attribute":{"id":"562","uuid":"{{Attribute}}"},"Event":{"id":"14","orgc_id":"{{creator}}"} }
            """);

        var sighting = Assert.Single((await Reports(new MispSettings()).ReadSightingsAsync(null, Ct))!);

        Assert.Equal(
            new ReadSighting(
                Guid.Parse(Uuid), 1, Guid.Parse(Attribute), SightingKind.Expiration, organisation,
                DateTimeOffset.FromUnixTimeSeconds(1_800_000_002), ends),
            sighting);
    }

    [Fact]
    public async Task Odd_sightings_are_passed_over_and_any_number_is_a_date()
    {
        const string Of = $$"""Attribute":{"uuid":"{{Attribute}}"} """;
        AnswerSightings(string.Join("}, { \"Sighting\":",
            $$"""{"id":"1","uuid":"no uuid","type":"1","{{Of}} }""",
            $$"""{"id":"2","uuid":"{{Uuid}}","type":"0","{{Of}} }""",
            $$"""{"id":"3","uuid":"{{Uuid}}","type":"1"}""",
            $$"""{"id":"4","uuid":"{{Uuid}}","type":1,"date_sighting":1795650132000,"{{Of}} }"""));

        var sighting = Assert.Single((await Reports(new MispSettings()).ReadSightingsAsync(null, Ct))!);

        Assert.Equal((4L, 9999), (sighting.Id, sighting.At.Year));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    public async Task Refused_search_is_no_failure(int status)
    {
        _sandbox.MispState.SightingSearchStatus = status;

        Assert.Null(await Reports(new MispSettings()).ReadSightingsAsync(null, Ct));
    }

    [Fact]
    public async Task Answer_that_is_not_MISPs_is_a_failure()
    {
        Answer("/sightings/restSearch", """{"value":[]}""");

        await Assert.ThrowsAsync<MispException>(() => Reports(new MispSettings()).ReadSightingsAsync(null, Ct));
    }

    [Theory]
    [InlineData(0, 80)]
    [InlineData(0.8, 66.93605470515638)]
    [InlineData(30, 0)]
    [InlineData(31, 0)]
    [InlineData(-1, 0)]
    public void Score_without_own_sightings_is_computed_as_MISP_does(double days, double score) => Assert.Equal(
        score, new DecayModel("1", "Model", TimeSpan.FromDays(30), 2).ScoreOf(80, TimeSpan.FromDays(days))!.Value, precision: 9);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private void AnswerAttributes(string attribute, int times = 1) =>
        Answer("/attributes/restSearch", $$"""{"response": {"Attribute": [ {{attribute}} ] } }""", times);

    private void AnswerSightings(string sighting) =>
        Answer("/sightings/restSearch", $$"""{"response": [{"Sighting": {{sighting}} }] }""");

    private void Answer(string path, string body, int times = 1) =>
        _sandbox.Faults.Add(Service.Misp, new Fault.Reply(200, body), times: times, when: one => one.Path == path);

    private async Task<List<AttributeScore>> ScoresAsync()
    {
        var reports = Reports(new MispSettings { Decay = new DecaySettings("Model", null, false) });
        await reports.OpenAsync(Ct);
        return await reports.ReadScoresAsync([new EventHeader(Guid.NewGuid(), 14, Now)], Ct).ToListAsync(Ct);
    }

    private MispReports Reports(MispSettings settings) => new(
        new MispClient(
            _http, _sandbox.Misp, _ => ValueTask.FromResult(_sandbox.Options.MispKey), TimeSpan.FromMinutes(1), TimeProvider.System,
            new LogLines().Log),
        settings, TimeProvider.System);
}
