using System.Text.RegularExpressions;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>What the program asks of MISP is held against what a real server answered.</summary>
public sealed partial class RecordedRequestTests
{
    [Fact]
    public async Task No_request_has_keys_that_a_real_server_answered_with_an_error()
    {
        var recorded = RecordedRequests.Load();
        var sent = await SentRequests.CollectAsync();

        var found = sent.Select(one => (one.Path, one.Body, Proof: recorded.Of(one.Path, one.Body))).ToList();

        foreach (var one in found.Where(one => one.Proof.Proof is not Proof.Answered).OrderBy(one => one.Proof.Proof))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"{one.Proof.Proof}: {RecordedRequests.Keys(one.Path, one.Body)}\n    without a recording: {one.Proof.Why}");
        }
        Assert.DoesNotContain(found, one => one.Proof.Proof is Proof.Failed);
        DocsBlock.Matches(
            "docs/reliability.md", "requests to MISP", Table(found.ConvertAll(one => (Way(one.Path, one.Body), one.Proof.Proof))));
    }

    [Fact]
    public async Task Collected_requests_have_each_path_of_the_sources()
    {
        var sent = await SentRequests.CollectAsync();

        var paths = Directory.EnumerateFiles(DocsTests.At("src/MispGraphSync/Sources/Misp"), "*.cs")
            .SelectMany(file => PathLiteral().Matches(System.IO.File.ReadAllText(file)).Select(match => "/" + match.Groups[1].Value))
            .ToHashSet();

        Assert.True(paths.Count >= 6, string.Join(' ', paths));
        Assert.Superset(paths, sent.Select(one => one.Path).ToHashSet());
    }

    [Theory]
    [InlineData("""{"eventid":["1"],"includeWarninglistHits":1,"noShadowAttributes":1,"excludeGalaxy":1}""", Proof.Failed)]
    [InlineData("""{"metadata":1,"includeWarninglistHits":1}""", Proof.Failed)]
    [InlineData("""{"metadata":1,"enforceWarninglist":1,"limit":10}""", Proof.Failed)]
    [InlineData("""{"returnFormat":"json","limit":2,"page":1,"includeWarninglistHits":0}""", Proof.Answered)]
    [InlineData("""{"returnFormat":"json","eventid":"7","includeAllTags":1,"published":1}""", Proof.AnsweredInParts)]
    [InlineData("""{"returnFormat":"json","eventid":"7","neverRecorded":1}""", Proof.Unproven)]
    public void Proof_follows_from_the_keys(string body, object proof) =>
        Assert.Equal((Proof)proof, RecordedRequests.Load().Of("/events/restSearch", body).Proof);

    private static string Table(List<(string Way, Proof Proof)> found)
    {
        var rows = found.GroupBy(one => one.Way).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => Row(group.Key, [.. group.Select(one => one.Proof)]));
        return string.Join('\n',
        [
            "| request | forms | answered | answered but for a key | unproven |",
            "| --- | --- | --- | --- | --- |",
            .. rows,
            Row("all", found.ConvertAll(one => one.Proof)),
        ]);
    }

    private static string Row(string way, List<Proof> proofs)
    {
        return $"| {way} | {proofs.Count} | {Of(Proof.Answered)} | {Of(Proof.AnsweredInParts)} | {Of(Proof.Unproven)} |";

        int Of(Proof proof) => proofs.Count(one => one == proof);
    }

    private static string Way(string path, string? body) => path switch
    {
        "/events/restSearch" when body!.Contains("\"metadata\":1", StringComparison.Ordinal) => "list, look up, search for a value",
        "/events/restSearch" => "read events in full",
        "/objects/restSearch" => "read one event in pieces: objects",
        "/attributes/restSearch" when body!.Contains("includeDecayScore", StringComparison.Ordinal) => "read decay scores",
        "/attributes/restSearch" => "read one event in pieces: attributes",
        _ when path.StartsWith("/sightings/", StringComparison.Ordinal) => "read sightings",
        _ => "version, user, warninglists, decaying models",
    };

    [GeneratedRegex("\"((?:[a-z]+/restSearch)|servers/getVersion|users/view/me|warninglists/index)\"")]
    private static partial Regex PathLiteral();
}
