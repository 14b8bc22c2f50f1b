namespace MispGraphSync.Settings;

/// <summary>Where a key may be given.</summary>
internal enum KeyScope
{
    Top,

    /// <summary>At the top, and in a destination in place of the common value.</summary>
    Overridable,

    Destination,
}

/// <summary>One row of the table: all there is to know about a key.</summary>
/// <param name="Path">Dotted, from the top or from the destination.</param>
/// <param name="Default">As JSON; null: none.</param>
internal abstract record SettingKey(string Path, KeyScope Scope, SettingType Type, string? Default, string Meaning)
{
    /// <summary>A text in a value's place, or in a part of it, that is a fault until the user replaces it.</summary>
    public const string FillIn = "FILL IN";

    /// <summary>As JSON, by the kind of destination.</summary>
    public IReadOnlyDictionary<string, string>? DefaultByKind { get; init; }

    /// <summary>As JSON.</summary>
    public string? Example { get; init; }

    /// <summary>What the sample has where there is no default, as JSON; <c>config validate</c> notes it as still to be filled in.</summary>
    public string? Placeholder { get; init; }

    /// <summary>The one kind of destination that it belongs to; null: not bound to a kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Whether a destination of this kind may have it. An unknown kind may have every key.</summary>
    public bool BelongsTo(string? kind) => Scope != KeyScope.Top && (Kind is null || kind is null || Kind == kind);

    /// <summary>Whether a source of this kind may have it.</summary>
    public bool IsOf(string kindOfSource) =>
        this == Keys.MispPath ? kindOfSource != MispSettings.Server : kindOfSource == MispSettings.Server || !Keys.OfServer.Contains(this);

    public string? DefaultFor(string? kind) => DefaultByKind is null ? Default : DefaultByKind.GetValueOrDefault(kind ?? "");
}

/// <inheritdoc/>
internal sealed record SettingKey<T>(string Path, KeyScope Scope, SettingType<T> ValueType, string? Default, string Meaning)
    : SettingKey(Path, Scope, ValueType, Default, Meaning);
