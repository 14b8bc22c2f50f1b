namespace MispGraphSync.Ledger;

/// <summary>The stored form of a galaxy cluster.</summary>
internal static class ClusterRecord
{
    private const int MaxText = 4_000;

    public static void Write(BlobWriter to, ClusterDetail cluster)
    {
        to.Text(cluster.Tag);
        to.Text(cluster.Value);
        to.Guid(cluster.Uuid ?? Guid.Empty);
        to.Flag(cluster.IsCustom);
        to.Flag(cluster.IsRevoked);
        to.TextOrNull(cluster.Description is { Length: > MaxText } text ? text[..MaxText] : cluster.Description);
        to.TextOrNull(cluster.ExternalId);
        to.Texts(cluster.Synonyms);
        to.Texts(cluster.KillChain);
    }

    /// <exception cref="RunFailedException">The record is damaged.</exception>
    public static ClusterDetail Read(Statement row)
    {
        try
        {
            var from = new BlobReader(row.Blob(1));
            return new ClusterDetail
            {
                ReadAt = row.Time(0),
                Tag = from.Text(),
                Value = from.Text(),
                Uuid = from.Guid() is var uuid && uuid == Guid.Empty ? null : uuid,
                IsCustom = from.Flag(),
                IsRevoked = from.Flag(),
                Description = from.TextOrNull(),
                ExternalId = from.TextOrNull(),
                Synonyms = [.. from.Texts()],
                KillChain = [.. from.Texts()],
            };
        }
        catch (Exception fault) when (LedgerFault.IsDamage(fault))
        {
            throw LedgerFault.Damaged("a galaxy cluster", fault);
        }
    }
}
