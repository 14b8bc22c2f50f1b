using MispGraphSync.App;
using Serilog.Core;

namespace MispGraphSync.Doctor;

/// <summary>The checks to run, with what they stand on.</summary>
/// <param name="It">Null where the settings have faults.</param>
internal sealed record DoctorRun(IReadOnlyList<ICheck> Checks, DoctorContext? It, Logger? Log) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        if (It is not null) await It.DisposeAsync().ConfigureAwait(false);
        if (Log is not null) AppLog.Close(Log);
    }
}
