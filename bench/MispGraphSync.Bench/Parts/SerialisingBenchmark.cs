using System.Buffers;
using BenchmarkDotNet.Attributes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;

namespace MispGraphSync.Bench.Parts;

/// <summary>One indicator as the JSON of each service, with its hashes.</summary>
[MemoryDiagnoser]
public class SerialisingBenchmark
{
    private static readonly DateTimeOffset Expires = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ArrayBufferWriter<byte> _body = new(4096);
    private readonly ItemIdentity _identity =
        new(Guid.NewGuid(), null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, Expires);
    private Indicator _indicator = null!;

    [GlobalSetup]
    public async Task SetUp()
    {
        var (read, items) = (await SampleEvents.ReadAsync(SampleEvents.Json(events: 1, attributes: 2)))[0];
        var source = Mapper.Map(items[1], new MapContext("misp", read.Uuid, ToIdsOnly: false, EnforceWarninglist: false)).Sources[0];
        var merger = new Merger(new DestinationPolicy(), IndicatorShape.Combined);
        var context = new MispEvent { Uuid = read.Uuid, Info = read.Info, Date = read.Date, Timestamp = read.Timestamp, Tags = read.Tags };
        merger.Add(new IndicatorSourceRow(source, new EventFacts(context, "misp", isAged: false)), RuleEffect.None);
        _indicator = merger.Merge();
    }

    [Benchmark]
    public ItemHashes Graph()
    {
        _body.ResetWrittenCount();
        return GraphItem.Write(_body, GraphProduct.Sentinel, _indicator, _identity, StepAction.Create);
    }

    [Benchmark]
    public ItemHashes Sentinel()
    {
        _body.ResetWrittenCount();
        return SentinelItem.Write(_body, _indicator, _identity);
    }

    [Benchmark]
    public ItemHashes Defender()
    {
        _body.ResetWrittenCount();
        return DefenderItem.Write(_body, "misp-graph", [], true, _indicator, _identity);
    }
}
