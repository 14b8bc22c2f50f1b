namespace MispGraphSync.Settings;

/// <summary>Where a key may stand.</summary>
internal enum KeyScope
{
    /// <summary>At the top only.</summary>
    Top,

    /// <summary>At the top, and in a destination in the common value's place.</summary>
    Overridable,

    /// <summary>In a destination only.</summary>
    Destination,
}

/// <summary>One row of the table: all there is to know about a key.</summary>
/// <param name="Path">Dotted, from the top or from the destination.</param>
/// <param name="Meaning">One sentence.</param>
internal abstract record SettingKey(string Path, KeyScope Scope, string Meaning)
{
    public abstract ValueForm Form { get; }

    /// <summary>As JSON; null: none.</summary>
    public string? Default { get; init; }

    /// <summary>Destinations: the default by kind, as JSON.</summary>
    public IReadOnlyDictionary<string, string>? DefaultByKind { get; init; }

    /// <summary>As JSON. For a key without a default, the sample's placeholder.</summary>
    public string? Example { get; init; }

    /// <summary>The sample's placeholder: <c>config validate</c> tells that it is still to be filled in.</summary>
    public string? Placeholder { get; init; }

    /// <summary>The destination kinds it belongs to; empty: all, or no destination's key.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Whether a destination of this kind may carry it. An unknown kind may carry everything.</summary>
    public bool BelongsTo(string? kind) =>
        Scope != KeyScope.Top && (Kinds.Count == 0 || kind is null || Kinds.Contains(kind));

    public string? DefaultFor(string? kind) =>
        DefaultByKind is { } byKind ? kind is not null && byKind.TryGetValue(kind, out var json) ? json : null : Default;
}

/// <inheritdoc/>
internal sealed record SettingKey<T>(string Path, KeyScope Scope, ValueForm<T> TypedForm, string Meaning)
    : SettingKey(Path, Scope, Meaning)
{
    public override ValueForm Form => TypedForm;
}
