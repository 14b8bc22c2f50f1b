using System.Text;

namespace MispGraphSync.Text;

/// <summary>Wraps each line to the width of a terminal once the line is complete.</summary>
/// <param name="width">Columns.</param>
internal sealed class WrappingWriter(TextWriter to, int width) : TextWriter
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => to.Encoding;

    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }

        to.Write(WrappedText.Wrap(_line.ToString(), width, hang: 2) + '\n');
        _line.Clear();
    }
}
