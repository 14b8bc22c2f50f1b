using System.Runtime.InteropServices;

namespace MispGraphSync.App;

/// <summary>
/// Ctrl-C and SIGTERM: the first lets the requests in flight finish and saves; the second cuts them off, still safely.
/// </summary>
internal sealed class Cancellation : IDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Cancellation()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
    }

    public CancellationToken Interrupt => _interrupt.Token;

    public CancellationToken Abort => _abort.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _interrupt.Dispose();
        _abort.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_interrupt.IsCancellationRequested) _abort.Cancel();
        else _interrupt.Cancel();
    }
}
