using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>What one key of a filter asks of an event.</summary>
internal abstract record Condition(FilterKey Key)
{
    /// <summary>It moves with the clock: <c>7d</c>.</summary>
    public virtual bool IsRelative => false;

    /// <summary>The same without what moves with the clock; null when nothing is left.</summary>
    public virtual Condition? WithoutRelative() => this;

    /// <summary>What the server can be asked in one search; null: nothing.</summary>
    public virtual Condition? Positive => this;

    /// <summary>Searches whose events are to be subtracted.</summary>
    public virtual Condition? Subtracted => null;

    /// <summary>Sentences on what is allowed, and probably not meant.</summary>
    public virtual IEnumerable<string> Warnings => [];

    /// <summary>The server is asked for it.</summary>
    public virtual bool IsSent => !Key.IsIgnored && !Key.IsEvaluatedHere;

    /// <summary>The server's reading of it, on our side.</summary>
    public abstract bool Matches(EventView e);

    /// <summary>Writes the value as the server takes it.</summary>
    public abstract void Write(Utf8JsonWriter writer);
}
