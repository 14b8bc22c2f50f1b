namespace MispGraphSync.Settings.Import;

/// <summary>A Python literal. Its ToString tells the kind only, for it may hold a secret.</summary>
internal abstract record PythonValue
{
    private PythonValue()
    {
    }

    public sealed override string ToString() => GetType().Name;

    internal sealed record Text(string Value) : PythonValue;

    /// <param name="Digits">As JSON writes it.</param>
    internal sealed record Number(string Digits) : PythonValue;

    internal sealed record Switch(bool Value) : PythonValue;

    internal sealed record None : PythonValue;

    /// <summary>A list, a tuple or a set.</summary>
    internal sealed record Sequence(IReadOnlyList<PythonValue> Items) : PythonValue;

    /// <summary>A dict, in its order; a key that comes twice counts the last time.</summary>
    internal sealed record Dict(IReadOnlyList<KeyValuePair<string, PythonValue>> Items) : PythonValue;
}

/// <summary><c>name = literal</c></summary>
internal sealed record PythonAssignment(string Name, PythonValue Value, int Line);

/// <summary>A statement that is more than an assignment of a literal. It is never quoted: it may hold a secret.</summary>
/// <param name="Name">What it assigns to, when that is plain.</param>
internal sealed record PythonLeftOver(string? Name, int Line);
