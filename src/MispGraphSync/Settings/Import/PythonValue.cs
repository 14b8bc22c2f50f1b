using System.Text.Json;

namespace MispGraphSync.Settings.Import;

/// <summary>What a Python expression is, as far as reading tells; nothing is executed. It is never printed: it may be a secret.</summary>
internal abstract record PythonValue
{
    private const int MaxDepth = 40;
    private const int MaxLength = 256 * 1024;

    private PythonValue()
    {
    }

    public static PythonValue Unknown { get; } = new Unread();

    /// <summary>Why it is not plain; null for a plain value.</summary>
    public string? Obstacle => Json is not null ? null : this switch
    {
        Variable variable => $"read from the environment variable {variable.Name}",
        Either => "set or changed by a statement that is not executed",
        List or Dict => "partly an expression, which is not executed",
        _ => "an expression, which is not executed",
    };

    /// <summary>The whole value, when all of it is plain.</summary>
    public JsonElement? Json
    {
        get
        {
            var room = MaxLength;
            return JsonOf(this, depth: 0, ref room);
        }
    }

    /// <summary>The values that it may have, when a condition decides.</summary>
    public IEnumerable<PythonValue> Candidates => this is Either either ? either.Values : [this];

    public static PythonValue Text(string text) => text.Length > MaxLength ? Unknown : new Plain(SettingsJson.OfText(text));

    public sealed override string ToString() => GetType().Name;

    /// <summary>A value may hold another many times, or itself: the length of the result has a limit.</summary>
    private static JsonElement? JsonOf(PythonValue value, int depth, ref int room)
    {
        room -= 16 + ((value as Plain)?.Value.GetRawText().Length ?? 0);
        if (room < 0 || depth > MaxDepth) return null;
        if (value is Plain plain) return plain.Value;
        if (value is not Container { IsOpen: false } container) return null;
        var parts = new List<JsonElement>();
        foreach (var part in container.Parts)
        {
            if (JsonOf(part, depth + 1, ref room) is not { } json) return null;
            parts.Add(json);
        }

        return container is Dict dict
            ? SettingsJson.OfMembers(dict.Members.Keys.Zip(parts, KeyValuePair.Create))
            : SettingsJson.OfList(parts);
    }

    /// <summary>A text, a number, True, False or None.</summary>
    public sealed record Plain(JsonElement Value) : PythonValue;

    /// <summary>An environment variable, and the value without it.</summary>
    public sealed record Variable(string Name, PythonValue? Default) : PythonValue;

    /// <summary>One of several values: a condition or a statement that is not executed decides.</summary>
    public sealed record Either(IReadOnlyList<PythonValue> Values) : PythonValue;

    /// <summary>Shared by all names that it is assigned to, as in Python.</summary>
    public abstract record Container : PythonValue
    {
        /// <summary>True when it may have parts that are not known.</summary>
        public bool IsOpen { get; set; }

        public abstract IEnumerable<PythonValue> Parts { get; }
    }

    /// <summary>A list, a tuple or a set.</summary>
    public sealed record List(IReadOnlyList<PythonValue> Items) : Container
    {
        public override IEnumerable<PythonValue> Parts => Items;
    }

    public sealed record Dict : Container
    {
        public Dictionary<string, PythonValue> Members { get; } = new(StringComparer.Ordinal);

        public override IEnumerable<PythonValue> Parts => Members.Values;
    }

    private sealed record Unread : PythonValue;
}
