using MispGraphSync.Text;

namespace MispGraphSync.Doctor.Misp;

/// <summary>Whether misp.url is a MISP that answers, and which version.</summary>
internal sealed class MispCheck(MispContext misp) : ICheck
{
    public string Name => "misp";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var opened = await misp.Connection.GetAsync().ConfigureAwait(false);
        if (opened.Lacks is { } lacks) return [lacks];
        if (opened.Fault is { } fault) return [fault];
        return [opened.Version is { } version ? CheckResult.Ok($"MISP {Sanitize.ForDisplay(version, 40)}") : CheckResult.Ok("answers as MISP does; its version is for those with a key")];
    }
}
