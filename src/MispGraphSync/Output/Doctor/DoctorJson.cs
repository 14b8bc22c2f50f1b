using MispGraphSync.Core.Sync;
using MispGraphSync.Doctor;

namespace MispGraphSync.Output.Doctor;

/// <summary>One array of <c>{check, status, cause, remedy}</c>; a check that found several things stands there several times.</summary>
internal sealed class DoctorJson(TextWriter to) : DoctorOutput
{
    private readonly List<(string Check, Diagnosis Found)> _rows = [];

    public override void Add(string check, IReadOnlyList<Diagnosis> found) => _rows.AddRange(found.Select(one => (check, one)));

    public override void End(ExitCode code) => to.WriteLine(JsonText.Of(json =>
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
