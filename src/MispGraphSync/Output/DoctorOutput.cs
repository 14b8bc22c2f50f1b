using System.Text.Json;
using MispGraphSync.Destinations;

namespace MispGraphSync.Output;

/// <summary>Writes the results of the checks, check by check as they come.</summary>
internal abstract class DoctorOutput
{
    /// <param name="checks">All that will come, for the width of their names.</param>
    public static DoctorOutput For(string format, TextWriter to, int width, AnsiStyle style, IReadOnlyList<Check> checks) =>
        format == "json" ? new DoctorJson(to) : new DoctorText(to, width, style, checks.Max(check => check.Name.Length));

    public abstract void Add(string check, IReadOnlyList<CheckResult> results);

    public abstract void End(RunOutcome outcome);
}

internal sealed record CheckJson(string Check, string Status, string Cause, string? Remedy);

/// <summary>One array; a check with several results has several objects.</summary>
internal sealed class DoctorJson(TextWriter to) : DoctorOutput
{
    private readonly RowOutput<CheckJson> _rows = new(to, "json", row => JsonSerializer.Serialize(row, OutputJson.Default.CheckJson));

    public override void Add(string check, IReadOnlyList<CheckResult> results)
    {
        foreach (var result in results) _rows.Add(new CheckJson(check, result.Status.Slug(), result.Cause, result.Remedy));
    }

    public override void End(RunOutcome outcome) => _rows.End();
}

/// <summary>A table for people: status, check and cause; below it, after an arrow, the remedy.</summary>
internal sealed class DoctorText(TextWriter to, int width, AnsiStyle style, int longestName) : DoctorOutput
{
    private const int StatusWidth = 9;
    private const int MaxNameWidth = 24;

    private readonly int _indent = StatusWidth + Math.Min(longestName, MaxNameWidth) + 2;
    private readonly Dictionary<CheckStatus, int> _counts = [];

    public override void Add(string check, IReadOnlyList<CheckResult> results)
    {
        foreach (var result in results)
        {
            _counts[result.Status] = Count(result.Status) + 1;
            Write(result.Cause, $"{Paint(result.Status)}{check.PadRight(_indent - StatusWidth - 2)}  ", new string(' ', _indent));
            if (result.Remedy is { } remedy) Write(remedy, new string(' ', _indent) + "-> ", new string(' ', _indent + 3));
        }
    }

    public override void End(RunOutcome outcome)
    {
        to.WriteLine();
        to.WriteLine($"{Count(CheckStatus.Ok)} ok, {Plural.Of(Count(CheckStatus.Warning), "warning")}, "
            + $"{Count(CheckStatus.Failed)} failed, {Count(CheckStatus.Skipped)} skipped (exit {ExitCodes.Of(outcome)}).");
        if (outcome == RunOutcome.Done) return;
        to.WriteLine("Start with the first failed check: skipped checks may depend on it.");
        to.WriteLine("docs/doctor.md explains each check; the package has it in");
        to.WriteLine("/usr/share/doc/misp-graph.");
    }

    private int Count(CheckStatus status) => _counts.GetValueOrDefault(status);

    private void Write(string text, string head, string indent)
    {
        var safe = string.Join('\n', text.Split('\n').Select(line => Sanitize.ForDisplay(line, 4_000)));
        foreach (var line in WrappedText.Wrap(safe, Math.Max(30, width - indent.Length), hang: 0).Split('\n'))
        {
            to.WriteLine(head + line);
            head = indent;
        }
    }

    private string Paint(CheckStatus status)
    {
        var text = status.Slug().PadRight(StatusWidth);
        return status switch
        {
            CheckStatus.Ok => style.Green(text),
            CheckStatus.Warning => style.Bold(text),
            CheckStatus.Failed => style.Red(text),
            _ => text,
        };
    }
}
