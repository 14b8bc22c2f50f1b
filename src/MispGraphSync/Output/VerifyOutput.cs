using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Output;

/// <summary>Writes what a comparison gave, one destination after the other; findings are written as they are read.</summary>
internal abstract class VerifyOutput
{
    public static VerifyOutput For(string format, TextWriter to, int width) => format switch
    {
        "json" => new VerifyJson(to),
        "jsonl" => new VerifyJsonl(to),
        _ => new VerifyText(to, width),
    };

    public abstract void Add(VerifiedDestination destination, IEnumerable<Finding> findings);

    /// <param name="code">The exit code of the whole.</param>
    public abstract void End(RunOutcome code);
}
