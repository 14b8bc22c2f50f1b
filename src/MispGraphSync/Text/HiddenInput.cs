using System.Text;

namespace MispGraphSync.Text;

/// <summary>Reads a line from the terminal that the terminal does not show.</summary>
internal static class HiddenInput
{
    private const char EndOfInput = '\u0004';
    private const char EraseLine = '\u0015';

    /// <summary>Null at the end of the input.</summary>
    public static string? ReadLine()
    {
        var line = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\r' or '\n') return line.ToString();
            if (key.KeyChar == EndOfInput && line.Length == 0) return null;
            if (key.Key == ConsoleKey.Backspace) line.Length = Math.Max(0, line.Length - 1);
            else if (key.KeyChar == EraseLine) line.Clear();
            else if (!char.IsControl(key.KeyChar)) line.Append(key.KeyChar);
        }
    }
}
