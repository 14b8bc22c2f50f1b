using Serilog.Core;

namespace MispGraphSync.Doctor;

/// <summary>The checks to run, with what they stand on.</summary>
/// <param name="It">Null where the settings have faults.</param>
internal sealed record Examined(IReadOnlyList<ICheck> Checks, Examination? It, Logger? Log) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (It is not null) await It.DisposeAsync().ConfigureAwait(false);
        if (Log is not null) AppLog.Close(Log);
    }
}
