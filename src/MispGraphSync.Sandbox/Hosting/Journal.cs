using System.Collections.Concurrent;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>The last requests, bounded in number and bytes.</summary>
internal sealed class Journal(int capacity, long bytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<SeenRequest> _seen = new();
    private readonly ConcurrentDictionary<(Service Service, int? Status), long> _counts = new();
    private long _held;
    private long _number;

    public IReadOnlyList<SeenRequest> Snapshot()
    {
        lock (_gate) return _seen.ToArray();
    }

    public void Clear()
    {
        lock (_gate)
        {
            _seen.Clear();
            _counts.Clear();
            _held = 0;
        }
    }

    /// <summary>All requests ever, by service and status; status null = no answer given.</summary>
    public IReadOnlyDictionary<(Service Service, int? Status), long> Counts => _counts;

    public void Answered(SeenRequest request) => _counts.AddOrUpdate((request.Service, request.Status), 1, (_, count) => count + 1);

    public long NextNumber() => Interlocked.Increment(ref _number);

    public void Add(SeenRequest request)
    {
        if (capacity == 0) return;
        lock (_gate)
        {
            _seen.Enqueue(request);
            _held += request.Bytes.Length;
            while (_seen.Count > capacity || (_held > bytes && _seen.Count > 1)) _held -= _seen.Dequeue().Bytes.Length;
        }
    }
}
