using BenchmarkDotNet.Attributes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Bench.Parts;

/// <summary>Maps 10,000 attributes to indicator sources.</summary>
[MemoryDiagnoser]
public class MappingBenchmark
{
    private List<EventItem> _items = [];

    [GlobalSetup]
    public async Task SetUp()
    {
        var events = await SampleEvents.ReadAsync(SampleEvents.Json(events: 100, attributes: 100));
        _items = [.. events.SelectMany(read => read.Items)];
    }

    [Benchmark(OperationsPerInvoke = 10_000)]
    public int Map()
    {
        var context = new MapContext("misp", Guid.Empty, ToIdsOnly: true, EnforceWarninglist: true);
        var sources = 0;
        foreach (var item in _items) sources += Mapper.Map(item, context).Sources.Count;
        return sources;
    }
}
