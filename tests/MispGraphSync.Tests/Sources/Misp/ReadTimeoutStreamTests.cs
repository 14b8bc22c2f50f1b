using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Sources.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

public sealed class ReadTimeoutStreamTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(300);

    [Fact]
    public async Task A_stream_of_one_byte_a_second_times_out()
    {
        var time = new FakeTimeProvider();
        await using var stream = new ReadTimeoutStream(new Dripping(time, bytes: 1), Limit, time);

        await Assert.ThrowsAsync<TimeoutException>(() => ReadAsync(stream, reads: 1_000));

        Assert.InRange(time.GetUtcNow() - time.Start, Limit, Limit + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_slow_connection_may_take_longer_than_the_limit()
    {
        var time = new FakeTimeProvider();
        await using var stream = new ReadTimeoutStream(new Dripping(time, bytes: 8 * 1024), Limit, time);

        await ReadAsync(stream, reads: 1_000);

        Assert.True(time.GetUtcNow() - time.Start > Limit);
    }

    private static async Task ReadAsync(Stream stream, int reads)
    {
        var buffer = new byte[64 * 1024];
        for (; reads > 0; reads--) _ = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
    }

    /// <summary>Gives so many bytes a second.</summary>
    private sealed class Dripping(FakeTimeProvider time, int bytes) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return new ValueTask<int>(bytes);
        }
    }
}
