using MispGraphSync.Http;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Ends with a <see cref="TimeoutException"/> if the next bytes do not arrive in time, or arrive so slowly that the whole would never
/// end. Only the time spent waiting for bytes counts, not the time that the reader needs for them.
/// </summary>
internal sealed class ReadTimeoutStream(Stream inner, TimeSpan timeout, TimeProvider time) : Stream
{
    private const double MinBytesPerSecond = 4 * 1024;

    private TimeSpan _waited;
    private long _bytes;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var started = time.GetTimestamp();
        var read = await TimeLimit.RunAsync(timeout, time, ct => inner.ReadAsync(buffer, ct).AsTask(), cancellationToken);
        _bytes += read;
        _waited += time.GetElapsedTime(started);
        return read == 0 || _waited <= timeout + TimeSpan.FromSeconds(_bytes / MinBytesPerSecond)
            ? read
            : throw new TimeoutException("The bytes arrive too slowly.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
