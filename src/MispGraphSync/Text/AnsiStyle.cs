namespace MispGraphSync.Text;

/// <summary>Only styles that are readable on light and dark backgrounds. Their meaning is always in the words too.</summary>
internal sealed class AnsiStyle
{
    private readonly bool _isOn;

    private AnsiStyle(bool isOn) => _isOn = isOn;

    public static AnsiStyle None { get; } = new(false);

    public static AnsiStyle Ansi { get; } = new(true);

    public string Bold(string text) => Paint(text, "1");

    public string Green(string text) => Paint(text, "32");

    public string Red(string text) => Paint(text, "31");

    private string Paint(string text, string code) => _isOn && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
