namespace MispGraphSync.Text;

/// <summary>
/// CSV after RFC 4180. A cell that a spreadsheet would take for a formula gets a leading apostrophe, and control characters, which could
/// write to a terminal, are escapes.
/// </summary>
internal static class Csv
{
    public static string Row(params IEnumerable<string?> cells) => string.Join(',', cells.Select(Cell));

    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text.Any(IsControl)) text = string.Concat(text.Select(one => IsControl(one) ? $"\\u{(int)one:X4}" : $"{one}"));
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r') text = "'" + text;
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static bool IsControl(char one) => char.IsControl(one) && one is not ('\t' or '\r' or '\n');
}
