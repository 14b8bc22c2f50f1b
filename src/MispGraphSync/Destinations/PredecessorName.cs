using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;
using MispGraphSync.Settings;
using MispGraphSync.Text;

namespace MispGraphSync.Destinations;

/// <summary>A tool whose indicators can be taken over, as the user names it.</summary>
/// <param name="Kind">Of the destinations that it pushed to.</param>
/// <param name="SourceSystem">Sentinel: the source that it uploaded under.</param>
internal sealed record PredecessorName(string Name, string Kind, string SourceSystem = "")
{
    private const string Misp2Sentinel = "misp2sentinel";

    /// <exception cref="RunFailedException">Usage: no such tool is known.</exception>
    public static PredecessorName Parse(string text) => text.Split(':', 2) switch
    {
        ["python-sample"] => new PredecessorName(text, "graph"),
        [Misp2Sentinel] => new PredecessorName(text, "sentinel", "MISP"),
        [Misp2Sentinel, { Length: > 0 } source] => new PredecessorName(text, "sentinel", source),
        _ => throw new RunFailedException(
            RunOutcome.InvalidInput, $"--adopt: '{Sanitize.ForDisplay(text, 80)}' is no tool that is known here.",
            "Name python-sample (at Graph), misp2sentinel (at Sentinel, source system MISP) or misp2sentinel:SOURCESYSTEM."),
    };

    /// <summary>What it left at this destination; null at a destination of another kind.</summary>
    /// <exception cref="RunFailedException">Usage: its source system is ours.</exception>
    public ForeignTool? At(IDestination destination, DestinationSettings settings, Transport transport)
    {
        if (settings.Kind != Kind) return null;
        if (Kind == "graph") return new ForeignTool(Name, destination, there => PythonSample.Recognise(there, destination.Shape));
        if (SourceSystem.Equals(settings.SourceSystem, StringComparison.OrdinalIgnoreCase))
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"--adopt: '{settings.Name}' itself uploads under the source system {settings.SourceSystem}, so what {Name} left there cannot be told from its own.",
                "What the other tool left expires by itself.");
        }

        return new ForeignTool(Name, SentinelDestination.Create(settings with { SourceSystem = SourceSystem }, transport), Sentinel.Misp2Sentinel.Recognise);
    }

    public override string ToString() => Name;
}
