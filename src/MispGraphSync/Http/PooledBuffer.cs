using System.Buffers;

namespace MispGraphSync.Http;

/// <summary>Bytes in a rented array. <see cref="Written"/> is valid until the next write, and never after <see cref="Dispose"/>.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes;
    private int _length;

    public PooledBuffer(int capacity = 4096) => _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_bytes.Length - _length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + needed, _bytes.Length * 2));
            Written.Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Adds all of a response, decompressed.</summary>
    /// <exception cref="HttpRequestException">ConfigurationLimitExceeded: more than <paramref name="max"/> bytes.</exception>
    public async Task ReadAsync(HttpContent content, int max, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        while (_length < max)
        {
            var memory = GetMemory(Math.Min(4096, max - _length));
            var read = await stream.ReadAsync(memory[..Math.Min(memory.Length, max - _length)], ct).ConfigureAwait(false);
            if (read == 0) return;
            Advance(read);
        }

        // Whether one more byte comes must not double the array.
        if (await stream.ReadAsync(new byte[1], ct).ConfigureAwait(false) > 0)
            throw new HttpRequestException(
                HttpRequestError.ConfigurationLimitExceeded, $"The answer is longer than {max / (1024 * 1024)} MB.");
    }

    public void Dispose()
    {
        if (_bytes.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        Abandon();
    }

    /// <summary>Leaves the array to the garbage collector: someone may still be reading it.</summary>
    public void Abandon() => (_bytes, _length) = ([], 0);
}
