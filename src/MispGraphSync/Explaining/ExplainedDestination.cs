using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;
using MispGraphSync.Ledger;

namespace MispGraphSync.Explaining;

/// <summary>A destination as the ledger knows it, with what it takes by the settings.</summary>
/// <param name="Row">Null where nothing has been pushed yet.</param>
/// <param name="Live">Null where it is disabled, or no longer in the settings.</param>
/// <param name="Takes">Null as <paramref name="Live"/>.</param>
internal sealed record ExplainedDestination(DestinationRow? Row, IDestination? Live, Eligibility? Takes)
{
    public DestinationInfo Info => Live?.Info ?? Row!.Info;

    public IndicatorForm Form => Live?.Form ?? Row!.Form;

    /// <summary>What of a support is watched here.</summary>
    public IReadOnlyList<Observable> Watched(Support support) =>
        Form == IndicatorForm.Combination ? support.Combination : support.Single is { } single ? [single] : [];
}
