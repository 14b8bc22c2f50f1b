namespace MispGraphSync.Sources.File;

/// <summary>A feed or file of the settings that cannot be opened now: the run reads the other sources.</summary>
internal sealed class MissingSource(string name, string kind, RunFailedException failure) : ISource
{
    public SourceInfo Info { get; } = new(name, kind);

    public IReadOnlyList<string> Gaps => [];

    public bool IsListComplete => false;

    public Task<SourceState> OpenAsync(CancellationToken ct) =>
        throw new RunFailedException(RunOutcome.Unreachable, failure.Message, failure.Remedy, failure);

    public IAsyncEnumerable<EventHeader> ListAsync(CancellationToken ct) => throw failure;

    public IAsyncEnumerable<ReadEvent> FetchAsync(IReadOnlyCollection<EventHeader> events, CancellationToken ct) => throw failure;

    public Task<IReadOnlyCollection<EventHeader>> LookUpAsync(IReadOnlyCollection<EventHeader> gone, CancellationToken ct) => throw failure;
}
