namespace MispGraphSync.Output;

/// <summary>Writes items one by one as they come, in one format.</summary>
internal interface IItemOutput<in T>
{
    void Add(T item);

    void End();
}

/// <summary>A JSON array with an item on each line, JSON lines, or CSV.</summary>
internal sealed class RowOutput<T> : IItemOutput<T>
{
    private readonly TextWriter _to;
    private readonly string _format;
    private readonly Func<T, string> _json;
    private readonly Func<T, IEnumerable<string?>> _cells;
    private bool _hasAny;

    /// <param name="columns">The header of the CSV; null where that format is not offered.</param>
    public RowOutput(
        TextWriter to, string format, Func<T, string> json, string? columns = null, Func<T, IEnumerable<string?>>? cells = null)
    {
        (_to, _format, _json, _cells) = (to, format, json, cells ?? (_ => []));
        if (format == "csv") to.WriteLine(columns);
    }

    public void Add(T item)
    {
        if (_format == "jsonl") _to.WriteLine(_json(item));
        else if (_format == "csv") _to.WriteLine(Csv.Row(_cells(item)));
        else _to.Write((_hasAny ? ",\n" : "[\n") + _json(item));
        _hasAny = true;
    }

    public void End()
    {
        if (_format == "json") _to.WriteLine(_hasAny ? "\n]" : "[]");
    }
}
