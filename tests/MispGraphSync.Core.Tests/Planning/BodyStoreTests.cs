using System.Runtime.InteropServices;
using CsCheck;
using MispGraphSync.Core.Planning;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class BodyStoreTests
{
    private const int Quarter = 16 * 1024;

    [Fact]
    public void Kept_bodies_stay_as_they_were_whatever_their_size() =>
        Gen.Frequency((9, Gen.Int[0, 2_000]), (1, Gen.Int[Quarter, 200_000])).List[1, 60].Sample(
            sizes =>
            {
                var store = new BodyStore();
                var bodies = sizes.Select((size, i) => Enumerable.Repeat((byte)i, size).ToArray()).ToList();

                var kept = bodies.Select(body => store.Keep(body)).ToList();

                Assert.All(bodies.Zip(kept), pair => Assert.True(pair.Second.Span.SequenceEqual(pair.First)));
            },
            iter: 50);

    [Fact]
    public void Small_bodies_share_one_array_and_a_large_one_has_its_own()
    {
        var store = new BodyStore();

        var small = Enumerable.Range(0, 4).Select(_ => ArrayOf(store.Keep(new byte[Quarter]))).ToList();
        var large = ArrayOf(store.Keep(new byte[Quarter + 1]));

        Assert.All(small, array => Assert.Same(small[0], array));
        Assert.Equal(Quarter + 1, large.Length);
        Assert.NotSame(small[0], ArrayOf(store.Keep([1])));
    }

    private static byte[] ArrayOf(ReadOnlyMemory<byte> kept) =>
        MemoryMarshal.TryGetArray(kept, out var segment) ? segment.Array! : throw new InvalidOperationException("There is no array.");
}
