using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor;

namespace MispGraphSync.Output;

/// <summary>One array of <c>{check, status, cause, remedy}</c>; a check that found several things stands there several times.</summary>
internal sealed class DoctorJson(TextWriter to) : DoctorOutput
{
    private readonly List<(string Check, CheckResult Found)> _rows = [];

    public override void Add(string check, IReadOnlyList<CheckResult> found) => _rows.AddRange(found.Select(one => (check, one)));

    public override void End(RunOutcome code) => to.WriteLine(JsonText.Of(json =>
    {
        json.WriteStartArray();
        foreach (var (check, found) in _rows)
        {
            json.WriteStartObject();
            json.WriteString("check", check);
            json.WriteString("status", StatusWords.Of(found.Status));
            json.WriteString("cause", found.Cause);
            json.WriteString("remedy", found.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }, isIndented: true));
}
