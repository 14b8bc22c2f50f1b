using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>Puts an <see cref="Answer"/> on the wire.</summary>
internal static class Reply
{
    public static async Task SendAsync(HttpContext http, Answer answer, DateTimeOffset date)
    {
        if (answer.Reset)
        {
            http.Abort();
            return;
        }

        var response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers.Date = date.ToString("R");
        if (answer.ContentType is { } type) response.ContentType = type;
        foreach (var (name, value) in answer.Headers) response.Headers[name] = value;

        var writer = answer.CutAfter is { } bytes ? new CuttingWriter(response.BodyWriter, bytes) : response.BodyWriter;
        if (answer.Stream is { } stream)
        {
            await stream(writer, http.RequestAborted);
        }
        else if (answer.Status is not (204 or 304))
        {
            response.ContentLength = answer.Body.Length;
            if (!answer.Body.IsEmpty) await writer.WriteAsync(answer.Body, http.RequestAborted);
        }

        await response.BodyWriter.FlushAsync(http.RequestAborted);
        if (answer.CutAfter is not null) http.Abort();
    }

    /// <summary>Writes the first bytes and discards the rest.</summary>
    private sealed class CuttingWriter(PipeWriter inner, int bytes) : PipeWriter
    {
        private byte[] _buffer = [];
        private int _left = bytes;

        public override Memory<byte> GetMemory(int sizeHint = 0)
        {
            if (_buffer.Length < Math.Max(sizeHint, 1)) _buffer = new byte[Math.Max(sizeHint, 4096)];
            return _buffer;
        }

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            var passed = Math.Min(bytes, _left);
            inner.Write(_buffer.AsSpan(0, passed));
            _left -= passed;
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
