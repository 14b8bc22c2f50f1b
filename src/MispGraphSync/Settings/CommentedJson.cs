using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>Writes settings for people: JSON, two spaces in, a comment above each key, no trailing commas.</summary>
internal sealed class CommentedJson
{
    private const int Width = 110;

    private readonly List<string> _lines = [];

    /// <summary>For each open level the line of its last value, which gets a comma when another one follows; -1 for none yet.</summary>
    private readonly Stack<int> _lastValues = new([-1]);

    public override string ToString() => string.Join('\n', _lines) + "\n";

    public void Blank() => _lines.Add("");

    /// <summary>Wrapped at some 110 columns.</summary>
    public void Comment(string text)
    {
        var indent = $"{Indent}// ";
        var line = new StringBuilder(indent);
        foreach (var word in text.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + word.Length > Width)
            {
                _lines.Add(line.ToString().TrimEnd());
                line.Clear().Append(indent);
            }

            line.Append(word).Append(' ');
        }

        _lines.Add(line.ToString().TrimEnd());
    }

    /// <summary>A key that is shown, but does not count.</summary>
    public void Off(string name, string json) => _lines.Add($"{Indent}// {Quote(name)}: {json},");

    public void Key(string name, string json) => Value($"{Quote(name)}: {json}");

    public void Item(string json) => Value(json);

    /// <param name="name">Null in a list and at the top.</param>
    public void Open(string? name, char bracket)
    {
        Value(name is null ? $"{bracket}" : $"{Quote(name)}: {bracket}");
        _lastValues.Push(-1);
    }

    public void Close(char bracket)
    {
        _lastValues.Pop();
        _lines.Add($"{Indent}{bracket}");
        _lastValues.Pop();
        _lastValues.Push(_lines.Count - 1);
    }

    /// <summary>A text as JSON, with <c>+</c>, quotes of other kinds and letters of all scripts as they are.</summary>
    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private string Indent => new(' ', 2 * (_lastValues.Count - 1));

    private void Value(string text)
    {
        var last = _lastValues.Pop();
        if (last >= 0) _lines[last] += ",";
        _lastValues.Push(_lines.Count);
        _lines.Add($"{new string(' ', 2 * (_lastValues.Count - 1))}{text}");
    }
}
