using System.Text;

namespace MispGraphSync.Settings;

/// <summary>Writes settings for people: JSON with two spaces of indent, a comment above each key, no trailing commas.</summary>
internal sealed class CommentedJson
{
    private const int Width = 110;

    private readonly List<string> _lines = [];
    private int _depth;

    /// <summary>The line of the last value at this depth, which gets a comma when another one follows; -1: none yet.</summary>
    private int _lastValue = -1;

    private string Indent => new(' ', 2 * _depth);

    public override string ToString() => string.Join('\n', _lines) + "\n";

    public void Blank() => _lines.Add("");

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

    /// <summary>A key that is shown as a comment.</summary>
    public void Off(string name, string json) => _lines.Add($"{Indent}// {Named(name, json)},");

    public void Key(string name, string json) => Value(Named(name, json));

    /// <param name="name">Null in a list and at the top.</param>
    public void Open(string? name, char bracket)
    {
        Value(name is null ? $"{bracket}" : Named(name, $"{bracket}"));
        (_depth, _lastValue) = (_depth + 1, -1);
    }

    public void Close(char bracket)
    {
        _depth--;
        _lastValue = _lines.Count;
        _lines.Add($"{Indent}{bracket}");
    }

    private static string Named(string name, string json) => $"{SettingsJson.ToText(SettingsJson.OfText(name))}: {json}";

    private void Value(string text)
    {
        if (_lastValue >= 0) _lines[_lastValue] += ",";
        _lastValue = _lines.Count;
        _lines.Add($"{Indent}{text}");
    }
}
