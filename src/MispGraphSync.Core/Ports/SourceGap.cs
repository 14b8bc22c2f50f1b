namespace MispGraphSync.Core.Ports;

/// <summary>What the ledger lacks of the sources that a run does not read to their end.</summary>
public enum SourceGap
{
    /// <summary>It has what each of them said last.</summary>
    None,

    /// <summary>It is an old copy, and they may have said something else since.</summary>
    Older,

    /// <summary>Nothing: it was lost, and they were not read since.</summary>
    Lost,
}
