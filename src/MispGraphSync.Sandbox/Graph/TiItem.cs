using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>
/// One indicator of a body, read in a single pass: which declared properties it has (null counts as absent), and their values.
/// A million of them come in a benchmark, so properties are numbers here, not names.
/// </summary>
internal readonly struct TiItem
{
    private readonly JsonElement[] _values;

    private TiItem(JsonElement json, ulong present, JsonElement[] values, bool plain)
    {
        (Json, Present, _values, IsPlain) = (json, present, values, plain);
    }

    public JsonElement Json { get; }

    /// <summary>A bit for each property of <see cref="TiProperties.Names"/> that has a value.</summary>
    public ulong Present { get; }

    /// <summary>Nothing in it is read-only, null or undeclared: its text can be given back as it is.</summary>
    public bool IsPlain { get; }

    /// <exception cref="UnreadableBodyException">It is no object, or a property has the wrong JSON type.</exception>
    public static TiItem Read(JsonElement json, bool enumerationsToo)
    {
        if (json.ValueKind != JsonValueKind.Object) throw new UnreadableBodyException("An item of 'value' is not an object.");

        var values = new JsonElement[TiProperties.Names.Length];
        var present = 0UL;
        var plain = true;
        Span<char> name = stackalloc char[64];
        foreach (var property in json.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8PropertyName(property);
            var length = raw.Length <= name.Length ? Encoding.UTF8.GetChars(raw, name) : 0;
            if (!TiProperties.Numbers.TryGetValue(name[..length], out var number))
            {
                plain = false;
                continue;
            }

            var kind = TiProperties.Kinds[number];
            if (!TiProperties.Fits(kind, property.Value))
                throw new UnreadableBodyException($"Cannot convert the value of property '{property.Name}'.");
            if (enumerationsToo && !TiProperties.IsOfEnumeration(number, property.Value))
                throw new UnreadableBodyException(
                    $"Error converting value \"{property.Value}\" to type 'System.Nullable`1[{property.Name}]'.");

            plain &= kind != TiProperties.Kind.ReadOnly && property.Value.ValueKind != JsonValueKind.Null;
            if (property.Value.ValueKind == JsonValueKind.Null) continue;

            present |= 1UL << number;
            values[number] = property.Value;
        }

        return new TiItem(json, present, values, plain);
    }

    /// <summary>The type is open, so a misspelt property would be kept in silence.</summary>
    /// <exception cref="NoFactException">A property is neither declared nor one of these.</exception>
    public void RequireKnown(IReadOnlyCollection<string> undeclared)
    {
        if (IsPlain) return;
        foreach (var property in Json.EnumerateObject())
        {
            var name = property.Name;
            if (!TiProperties.IsDeclared(name) && !name.StartsWith('@') && !undeclared.Contains(name))
                throw new NoFactException($"the property {name} of a tiIndicator");
        }
    }

    public bool IsForDefender => Text("targetProduct") == TiProperties.Products[1];

    public bool Has(string name) => (Present & TiProperties.Bit(name)) != 0;

    public JsonElement this[string name] => _values[BitOperations.TrailingZeroCount(TiProperties.Bit(name))];

    public string? Text(string name) => Has(name) && this[name].ValueKind == JsonValueKind.String ? this[name].GetString() : null;
}
