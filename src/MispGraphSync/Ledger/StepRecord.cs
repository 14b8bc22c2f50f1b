namespace MispGraphSync.Ledger;

/// <summary>The stored form of the steps of one request.</summary>
internal static class StepRecord
{
    public static void Write(BlobWriter to, IReadOnlyList<PlanStep> steps)
    {
        to.Number((ulong)steps.Count);
        foreach (var step in steps)
        {
            to.Hash(step.Observables);
            to.Guid(step.Key);
            to.Number((ulong)step.Action);
            to.Number((ulong)step.Generation);
            to.Text(step.Reason);
            to.TextOrNull(step.Id);
            to.TextOrNull(step.Value);
            to.Flag(step.Replaces);
            to.Flag(step.IdsNotReusable);
            to.Hash(step.Hashes.Content);
            to.Hash(step.Hashes.Immutable);
            to.Number((ulong)step.Rank.Value);
            to.Time(step.Created);
            to.Time(step.Modified);
            to.Time(step.Expires);
            to.Time(step.RenewAt);
            to.Bytes(step.ForDeletion.Span);
        }

        // Records of earlier versions end here.
        foreach (var step in steps) to.TextOrNull(step.Label?.ToString());
    }

    /// <exception cref="RunFailedException">The record is damaged.</exception>
    public static PlanStep[] Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var from = new BlobReader(bytes);
            var steps = new PlanStep[from.Count()];
            for (var i = 0; i < steps.Length; i++)
            {
                steps[i] = new PlanStep
                {
                    Observables = from.Hash(),
                    Key = from.Guid(),
                    Action = from.Enum<StepAction>(),
                    Generation = from.Int(),
                    Reason = from.Text(),
                    Id = from.TextOrNull(),
                    Value = from.TextOrNull(),
                    Replaces = from.Flag(),
                    IdsNotReusable = from.Flag(),
                    Hashes = new ItemHashes(from.Hash(), from.Hash()),
                    Rank = new Rank((long)from.Number()),
                    Created = from.Time() ?? DateTimeOffset.UnixEpoch,
                    Modified = from.Time() ?? DateTimeOffset.UnixEpoch,
                    Expires = from.Time() ?? DateTimeOffset.UnixEpoch,
                    RenewAt = from.Time() ?? DateTimeOffset.UnixEpoch,
                    Body = default,
                    ForDeletion = from.Bytes().ToArray(),
                };
            }

            if (from.IsAtEnd) return steps;
            for (var i = 0; i < steps.Length; i++)
            {
                if (from.TextOrNull() is { } label) steps[i] = steps[i] with { Label = IndicatorLabel.Parse(label) };
            }

            return steps;
        }
        catch (Exception fault) when (LedgerFault.IsDamage(fault))
        {
            throw LedgerFault.Damaged("an unconfirmed request", fault);
        }
    }
}
