namespace MispGraphSync.Settings;

/// <summary>What a key's value may look like. Read by the reader, the schema, the page and the guided start alike.</summary>
internal abstract record ValueForm
{
    /// <summary>What is expected, to follow "is not": <c>a whole number from 1 to 100</c>.</summary>
    public abstract string Expects { get; }

    /// <summary>The value as an environment variable or an option gives it.</summary>
    public virtual SettingNode FromText(string text, SettingOrigin origin, string key, SettingsFaults faults) => new SettingNode.Text(origin, text);

    /// <summary>Reads and throws the value away: only the faults count.</summary>
    public abstract void Check(SettingNode node, string key, ReadingPlace place);

    /// <summary>The value for people and for <c>config show</c>: JSON, secrets hidden.</summary>
    public virtual SettingNode Show(SettingNode node, ReadingPlace place) => node;

    /// <summary>JSON from an environment variable or an option; what is no JSON is a fault and stays the text it is.</summary>
    protected static SettingNode Json(string text, SettingOrigin origin, string key, SettingsFaults faults) =>
        JsonTree.Parse(System.Text.Encoding.UTF8.GetBytes(text), key, _ => origin, faults) ?? new SettingNode.Nothing(origin);
}

/// <summary>A form whose values have a type. Reading never throws: after a fault it gives the type's default, which nobody uses.</summary>
internal abstract record ValueForm<T> : ValueForm
{
    public abstract T? Read(SettingNode node, string key, ReadingPlace place);

    public sealed override void Check(SettingNode node, string key, ReadingPlace place) => Read(node, key, place);

    protected T? Wrong(SettingNode node, string key, ReadingPlace place, string? hint = null)
    {
        place.Wrong(node, key, $"{FaultText.Quote(node)} is not {Expects}.{(hint is null ? "" : " " + hint)}");
        return default;
    }
}
