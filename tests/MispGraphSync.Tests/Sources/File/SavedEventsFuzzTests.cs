using System.Text;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Feed;
using MispGraphSync.Sources.File;
using MispGraphSync.Sources.Filters;
using Serilog.Core;
using Xunit;

namespace MispGraphSync.Tests.Sources.File;

/// <summary>
/// Saved events and a feed's manifest, damaged: what cannot be read is a gap in words, and no gap that may hide an event leaves the
/// list complete.
/// </summary>
public sealed class SavedEventsFuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-fuzz-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Damaged_file_is_read_or_named_in_a_gap(bool isFeed) => Fuzzing.EachAsync(200, async (seed, random) =>
    {
        var damage = new JsonDamage(random);
        foreach (var number in (int[])[1, 2]) await WriteAsync($"{Some.Uuid(number)}.json", Event(number), damage, random.Next(2) == 0);
        await WriteAsync(isFeed ? EventFile.ManifestName : "other.json", Manifest, damage, random.Next(2) == 0);
        var options = new SavedSourceOptions(
            new FilterPlan([EventFilter.Everything]), EnforceWarninglist: true, new FakeTimeProvider(Some.Now), Logger.None);
        var warnings = new List<string>();
        var listed = new List<EventHeader>();
        var source = FeedSource.Find(_folder, options, warnings.Add) ?? FileSource.Open(_folder, options);
        try
        {
            await source.OpenAsync(Ct);
            await foreach (var header in source.ListAsync(Ct)) listed.Add(header);
            await foreach (var one in source.FetchAsync(listed, Ct)) Assert.Contains(listed, header => header.Uuid == one.Event.Uuid);
            await source.LookUpAsync(listed, Ct);
        }
        catch (RunFailedException failure)
        {
            Fuzzing.AssertReadable($"{failure.Message} {failure.Remedy}");
        }

        foreach (var sentence in source.Gaps.Concat(warnings)) Fuzzing.AssertReadable(sentence);
    });

    private async Task WriteAsync(string name, string json, JsonDamage damage, bool isDamaged) => await System.IO.File.WriteAllBytesAsync(
        Path.Combine(_folder, name), isDamaged ? damage.Of(json) : Encoding.UTF8.GetBytes(json), Ct);

    private static string Event(int number) => $$$"""
        {"Event":{"uuid":"{{{Some.Uuid(number)}}}","info":"Event {{{number}}}","date":"2026-01-01","timestamp":"1760000000",
         "published":true,"threat_level_id":"2","Orgc":{"name":"o","uuid":"{{{Some.Uuid(900)}}}"},"Tag":[{"name":"tlp:green"}],
         "Attribute":[{"uuid":"{{{Some.Uuid(1000 + number)}}}","type":"domain","category":"Network activity",
         "value":"d{{{number}}}.example","to_ids":true,"timestamp":"1760000000"}],"Object":[{"name":"file","Attribute":[]}]}}
        """;

    private static string Manifest => $$$"""
        {"{{{Some.Uuid(1)}}}":{"info":"Event 1","timestamp":"1760000000","Orgc":{"name":"o"},"Tag":[]},
         "{{{Some.Uuid(2)}}}":{"info":"Event 2","timestamp":1760000000},"../../etc/passwd":{}}
        """;
}
