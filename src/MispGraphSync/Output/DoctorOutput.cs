using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>Writes what the checks found, check by check as they come.</summary>
internal abstract class DoctorOutput
{
    /// <param name="checks">All that will come, for the width of their names.</param>
    public static DoctorOutput For(string format, TextWriter to, int width, AnsiStyle ink, IReadOnlyList<Check> checks) =>
        format == "json" ? new DoctorJson(to) : new DoctorText(to, width, ink, checks.Max(check => check.Name.Length));

    public abstract void Add(string check, IReadOnlyList<CheckResult> found);

    public abstract void End(RunOutcome code);
}
