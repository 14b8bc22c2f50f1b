using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>Writes the results of the checks, check by check as they come.</summary>
internal abstract class DoctorOutput
{
    /// <param name="checks">All that will come, for the width of their names.</param>
    public static DoctorOutput For(string format, TextWriter to, int width, AnsiStyle style, IReadOnlyList<Check> checks) =>
        format == "json" ? new Json(to) : new DoctorText(to, width, style, checks.Max(check => check.Name.Length));

    public static string Slug(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "ok",
        CheckStatus.Warning => "warning",
        CheckStatus.Failed => "failed",
        _ => "skipped",
    };

    public abstract void Add(string check, IReadOnlyList<CheckResult> results);

    public abstract void End(RunOutcome outcome);

    /// <summary>One array; a check with several results has several objects.</summary>
    private sealed class Json(TextWriter to) : DoctorOutput
    {
        private readonly RowOutput<CheckJson> _rows = new(to, "json", row => JsonSerializer.Serialize(row, OutputJson.Default.CheckJson));

        public override void Add(string check, IReadOnlyList<CheckResult> results)
        {
            foreach (var result in results) _rows.Add(new CheckJson(check, Slug(result.Status), result.Cause, result.Remedy));
        }

        public override void End(RunOutcome outcome) => _rows.End();
    }
}

internal sealed record CheckJson(string Check, string Status, string Cause, string? Remedy);
