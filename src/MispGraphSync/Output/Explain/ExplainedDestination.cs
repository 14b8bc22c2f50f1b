using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Explain;

/// <summary>A destination as the ledger knows it, with what it takes by the settings.</summary>
/// <param name="Row">Null where nothing has been pushed yet.</param>
/// <param name="Enabled">Null where it is disabled, or no longer in the settings.</param>
/// <param name="Eligibility">Null as <paramref name="Enabled"/>.</param>
internal sealed record ExplainedDestination(DestinationRow? Row, IDestination? Enabled, Eligibility? Eligibility)
{
    public DestinationInfo Info => Enabled?.Info ?? Row!.Info;

    public IndicatorShape Form => Enabled?.Shape ?? Row!.Form;

    /// <summary>What of a support is watched here.</summary>
    public IReadOnlyList<Observable> ObservablesOf(IndicatorSource support) =>
        Form == IndicatorShape.Combined ? support.Combined : support.Single is { } single ? [single] : [];
}
