namespace MispGraphSync.Ledger;

/// <summary>What is left to do at one destination.</summary>
internal sealed class Backlog(LedgerFile file)
{
    /// <summary>Keys that changed and that the destination has not been told of.</summary>
    public long Pending(long destination) => Count("SELECT COUNT(*) FROM dirty WHERE destination = ?", destination);

    /// <summary>What it turned down and has not taken since.</summary>
    public long Rejected(long destination) => Count("SELECT COUNT(*) FROM rejected WHERE destination = ?", destination);

    /// <summary>Requests that nobody heard of, by the run that sent them.</summary>
    public IReadOnlyList<UnconfirmedRequests> OpenRequests(long destination)
    {
        var found = new List<UnconfirmedRequests>();
        var query = file.Statement("SELECT run, COUNT(*) FROM intent WHERE destination = ? GROUP BY run ORDER BY run").Bind(1, destination);
        while (query.Read()) found.Add(new UnconfirmedRequests(query.Long(0), query.Long(1)));
        return found;
    }

    private long Count(string sql, long destination)
    {
        var query = file.Statement(sql).Bind(1, destination);
        query.Read();
        var count = query.Long(0);
        query.Reset();
        return count;
    }
}

internal sealed record UnconfirmedRequests(long Run, long Requests);
