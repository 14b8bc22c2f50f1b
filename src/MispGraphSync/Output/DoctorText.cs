using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>A table for people: status, check, what is so; below it, behind an arrow, what to do. The words tell all that the colours do.</summary>
internal sealed class DoctorText(TextWriter to, int width, AnsiStyle ink, int longestName) : DoctorOutput
{
    private const int StatusWidth = 9;
    private const int WidestName = 24;

    private readonly int _indent = StatusWidth + Math.Min(longestName, WidestName) + 2;
    private readonly Dictionary<CheckStatus, int> _counts = [];

    public override void Add(string check, IReadOnlyList<CheckResult> found)
    {
        foreach (var one in found)
        {
            _counts[one.Status] = _counts.GetValueOrDefault(one.Status) + 1;
            var lines = Wrap(one.Cause);
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

    public override void End(RunOutcome code)
    {
        to.WriteLine();
        to.WriteLine($"{Count(CheckStatus.Ok)} ok, {Count(CheckStatus.Warning)} {(Count(CheckStatus.Warning) == 1 ? "warning" : "warnings")}, {Count(CheckStatus.Failed)} failed, {Count(CheckStatus.Skipped)} skipped (exit {ExitCodes.Of(code)}).");
        if (code == RunOutcome.Done) return;
        to.WriteLine("Begin with the first that failed: what is skipped may wait for it.");
        to.WriteLine("docs/doctor.md has more on each check.");
    }

    private int Count(CheckStatus status) => _counts.GetValueOrDefault(status);

    private void Below(string line) => to.WriteLine(new string(' ', _indent) + line);

    private string[] Wrap(string text, int less = 0) => WrappedText.Wrap(
        string.Join('\n', text.Split('\n').Select(line => Sanitize.ForDisplay(line, 4_000))), Math.Max(30, width - _indent - less), hang: 0).Split('\n');

    private string Paint(CheckStatus status, string text) => status switch
    {
        CheckStatus.Ok => ink.Green(text),
        CheckStatus.Warning => ink.Bold(text),
        CheckStatus.Failed => ink.Red(text),
        _ => text,
    };
}
