namespace MispGraphSync.Doctor.Misp;

/// <summary>Whether misp.url is a MISP that answers, and which version.</summary>
internal sealed class MispCheck(MispCase misp) : ICheck
{
    public string Name => "misp";

    public async Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct)
    {
        var opened = await misp.Opened.GetAsync().ConfigureAwait(false);
        if (opened.Lacks is { } lacks) return [lacks];
        if (opened.Fault is { } fault) return [fault];
        return [opened.Version is { } version ? Diagnosis.Ok($"MISP {Printable.Line(version, 40)}") : Diagnosis.Ok("answers as MISP does; its version is for those with a key")];
    }
}
