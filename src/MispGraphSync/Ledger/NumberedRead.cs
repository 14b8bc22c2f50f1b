namespace MispGraphSync.Ledger;

/// <summary>
/// A read in the order of a number that stays open while others write. Each commit pauses it, and the next row is then found by its
/// number: SQLite empties its write-ahead log only when no read is open, and else lets it grow until the end of the run.
/// </summary>
/// <param name="rows">Its first column is the number; its one parameter is the lowest number wanted. Numbers begin at 1.</param>
/// <param name="closed">Called when it is disposed of.</param>
internal sealed class NumberedRead(Statement rows, Action<NumberedRead> closed) : IDisposable
{
    private bool _isPaused = true;
    private bool _isAtEnd;

    /// <summary>Valid until the next move and the next commit.</summary>
    public Statement Row => rows;

    /// <summary>The number of the current row, also after a commit; 0 before the first row, and after the last.</summary>
    public long Number { get; private set; }

    public bool MoveToNext() => !_isAtEnd && (_isPaused ? Find(Number + 1) : Read());

    /// <summary>Moves to the row of this number, or to the next one that there is.</summary>
    public bool MoveTo(long number) => (Number == number && !_isPaused) || Find(number);

    public void Pause()
    {
        if (_isPaused) return;
        rows.Reset();
        _isPaused = true;
    }

    public void Dispose()
    {
        closed(this);
        rows.Dispose();
    }

    private bool Find(long number)
    {
        rows.Reset();
        rows.Bind(number);
        return Read();
    }

    private bool Read()
    {
        _isAtEnd = !rows.Read();
        _isPaused = _isAtEnd;
        Number = _isAtEnd ? 0 : rows.Long(0);
        return !_isAtEnd;
    }
}
