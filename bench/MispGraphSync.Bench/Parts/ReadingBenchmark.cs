using BenchmarkDotNet.Attributes;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Bench.Parts;

/// <summary>From bytes to attributes; 10,000 of them.</summary>
[MemoryDiagnoser]
public class ReadingBenchmark
{
    private byte[] _json = [];

    [GlobalSetup]
    public void SetUp() => _json = SampleEvents.Json(events: 100, attributes: 100);

    [Benchmark(OperationsPerInvoke = 10_000)]
    public async Task<int> Read()
    {
        using var reader = new MispJsonReader(new MemoryStream(_json), _ => Guid.Empty);
        var items = 0;
        await foreach (var read in reader.ReadAsync(default)) items += read.Items.Count();
        return items;
    }
}
