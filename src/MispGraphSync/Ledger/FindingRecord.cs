using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>The differences of one finding as the ledger keeps them.</summary>
internal static class FindingRecord
{
    public static ReadOnlySpan<byte> Write(IReadOnlyList<Difference> differences)
    {
        var to = new BlobWriter();
        to.Number((ulong)differences.Count);
        foreach (var difference in differences)
        {
            to.Text(difference.Property);
            to.TextOrNull(difference.Sent);
            to.TextOrNull(difference.There);
        }

        return to.Written;
    }

    public static IReadOnlyList<Difference> Read(ReadOnlySpan<byte> bytes)
    {
        var from = new BlobReader(bytes);
        var differences = new Difference[from.Int()];
        for (var i = 0; i < differences.Length; i++) differences[i] = new Difference(from.Text(), from.TextOrNull(), from.TextOrNull());
        return differences;
    }
}
