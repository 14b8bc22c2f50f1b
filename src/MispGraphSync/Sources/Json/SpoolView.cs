using Microsoft.Win32.SafeHandles;

namespace MispGraphSync.Sources.Json;

/// <summary>Reads a file from its start with a position of its own, whoever else uses the handle.</summary>
internal sealed class SpoolView(SafeFileHandle handle) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = RandomAccess.Read(handle, buffer, _position);
            _position += read;
            return read;
        }
        catch (IOException e)
        {
            throw ItemSpool.DiskFailed(e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
