using System.Runtime.InteropServices;
using System.Text;

namespace MispGraphSync.Bench.Whole;

/// <summary>The results as a Markdown table, which replaces the text between two marks of a page.</summary>
internal sealed class ResultTable
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- /figures -->";

    private readonly StringBuilder _rows = new();
    private string _machine = "";
    public void Add(string size, Result result)
    {
        var measured = result.Measured;
        var loads = result.JsonLoads is { } one ? FormattableString.Invariant($"{measured.Cpu / one:0.0}") : "";
        FormattableString[] cells =
        [
            $"{size}", $"{result.What}",
            $"{measured.Wall.TotalSeconds:0.00}", $"{measured.Cpu.TotalSeconds:0.00}", $"{loads}",
            $"{measured.Kernel.TotalSeconds:0.00}", $"{measured.Faults:#,0}", $"{measured.Peak / 1_000_000.0:0}",
            $"{result.Attributes:#,0}", $"{result.Accepted:#,0}", $"{result.Requests:#,0}",
        ];
        var row = $"| {string.Join(" | ", cells.Select(FormattableString.Invariant))} |";
        Console.Error.WriteLine(row);
        _rows.Append(row).Append('\n');
    }

    public void AddMachine(string exe)
    {
        var processor = ProcessorName() ?? RuntimeInformation.ProcessArchitecture.ToString();
        var megabytes = new FileInfo(exe).Length / 1_000_000.0;
        _machine = FormattableString.Invariant($"{Environment.ProcessorCount} cores of {processor}, ")
            + FormattableString.Invariant($"{RuntimeInformation.OSDescription.Trim()}; binary {megabytes:0.0} MB. ")
            + FormattableString.Invariant($"On this machine a page fault costs {PageFault.Cost().TotalMicroseconds:0.0} µs.");
    }

    public string ToMarkdown() =>
        $"""
        {_machine}

        | attributes | what | wall s | CPU s | × `json.loads` | in the kernel s | page faults | peak MB | read | accepted | requests |
        | --- | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |
        {_rows}
        """;

    /// <summary>Puts the figures between the page's marks.</summary>
    public static void Replace(string file, string figures)
    {
        var page = File.ReadAllText(file);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidOperationException($"{file} has no {Begin} … {End}.");
        File.WriteAllText(file, $"{page[..(begin + Begin.Length)]}\n{figures}{page[end..]}");
    }

    private static string? ProcessorName() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
        : null;
}
