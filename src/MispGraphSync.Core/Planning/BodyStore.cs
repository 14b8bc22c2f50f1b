namespace MispGraphSync.Core.Planning;

/// <summary>
/// Keeps the bodies of a plan's steps: a few dozen share one array. Many small arrays would each be cleared first, and collected.
/// </summary>
internal sealed class BodyStore
{
    // Below the size from which .NET keeps arrays apart and collects them rarely.
    private const int ChunkSize = 64 * 1024;

    private byte[] _chunk = [];
    private int _used;

    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> body)
    {
        if (body.Length > ChunkSize / 4) return body.ToArray();
        if (_chunk.Length - _used < body.Length) (_chunk, _used) = (GC.AllocateUninitializedArray<byte>(ChunkSize), 0);
        var kept = _chunk.AsMemory(_used, body.Length);
        body.CopyTo(kept.Span);
        _used += body.Length;
        return kept;
    }
}
