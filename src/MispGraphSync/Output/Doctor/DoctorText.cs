using MispGraphSync.Core.Sync;
using MispGraphSync.Doctor;

namespace MispGraphSync.Output.Doctor;

/// <summary>A table for people: status, check, what is so; below it, behind an arrow, what to do. The words tell all that the colours do.</summary>
internal sealed class DoctorText(TextWriter to, int width, bool hasColor, int longestName) : DoctorOutput
{
    private const int StatusWidth = 9;
    private const int WidestName = 24;

    private readonly int _indent = StatusWidth + Math.Min(longestName, WidestName) + 2;
    private readonly Dictionary<CheckStatus, int> _counts = [];

    public override void Add(string check, IReadOnlyList<Diagnosis> found)
    {
        foreach (var one in found)
        {
            _counts[one.Status] = _counts.GetValueOrDefault(one.Status) + 1;
            var lines = Wrap(one.Cause).ToList();
            to.WriteLine($"{Paint(one.Status, StatusWords.Of(one.Status).PadRight(StatusWidth))}{check.PadRight(_indent - StatusWidth - 2)}  {lines[0]}");
            foreach (var line in lines.Skip(1)) Below(line);
            if (one.Remedy is null) continue;
            var arrow = "-> ";
            foreach (var line in Wrap(one.Remedy, arrow.Length))
            {
                Below(arrow + line);
                arrow = "   ";
            }
        }
    }

    public override void End(ExitCode code)
    {
        to.WriteLine();
        to.WriteLine($"{Count(CheckStatus.Ok)} ok, {Count(CheckStatus.Warning)} {(Count(CheckStatus.Warning) == 1 ? "warning" : "warnings")}, {Count(CheckStatus.Failed)} failed, {Count(CheckStatus.Skipped)} skipped (exit {(int)code}).");
        if (code == ExitCode.Ok) return;
        to.WriteLine("Begin with the first that failed: what is skipped may wait for it.");
        to.WriteLine("docs/doctor.md has more on each check.");
    }

    private int Count(CheckStatus status) => _counts.GetValueOrDefault(status);

    private void Below(string line) => to.WriteLine(new string(' ', _indent) + line);

    private IEnumerable<string> Wrap(string text, int less = 0)
    {
        var room = Math.Max(30, width - _indent - less);
        foreach (var paragraph in text.Split('\n'))
        {
            var line = "";
            foreach (var word in Printable.Line(paragraph, 4_000).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > room)
                {
                    yield return line;
                    line = "";
                }

                line += line.Length == 0 ? word : " " + word;
            }

            yield return line;
        }
    }

    private string Paint(CheckStatus status, string text) => !hasColor ? text : status switch
    {
        CheckStatus.Ok => $"\e[32m{text}\e[0m",
        CheckStatus.Warning => $"\e[1m{text}\e[0m",
        CheckStatus.Failed => $"\e[1;31m{text}\e[0m",
        _ => text,
    };
}
