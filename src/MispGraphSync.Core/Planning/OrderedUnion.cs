using System.Collections.Immutable;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Things united, each once, in order. Mostly all of them come from one event, which has them so already: then they are
/// passed on as they are.
/// </summary>
internal sealed class OrderedUnion<T>(IComparer<T>? order = null)
{
    private readonly SortedSet<T> _all = new(order);
    private ImmutableArray<T> _only = [];

    public void Clear()
    {
        _only = [];
        if (_all.Count > 0) _all.Clear();
    }

    public void Add(ImmutableArray<T> some)
    {
        if (some.IsEmpty) return;
        Spill();
        foreach (var one in some) _all.Add(one);
    }

    /// <param name="ordered">Each once, in this union's order.</param>
    public void AddOrdered(ImmutableArray<T> ordered)
    {
        if (ordered.IsEmpty || ordered == _only) return;
        if (_only.IsEmpty && _all.Count == 0) _only = ordered;
        else Add(ordered);
    }

    public ImmutableArray<T> All() => _all.Count == 0 ? _only : [.. _all];

    private void Spill()
    {
        foreach (var one in _only) _all.Add(one);
        _only = [];
    }
}
