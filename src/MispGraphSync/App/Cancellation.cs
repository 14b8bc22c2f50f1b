using System.Runtime.InteropServices;

namespace MispGraphSync.App;

/// <summary>
/// Ctrl-C and SIGTERM: the first lets the requests in flight finish and saves; the second cuts them off, still safely. A terminal
/// that closes counts as a first one, since the shell and the system may both report it.
/// </summary>
internal sealed class Cancellation : IDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly PosixSignalRegistration[] _signals;

    public Cancellation() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup),
    ];

    public CancellationToken Interrupt => _interrupt.Token;

    public CancellationToken Abort => _abort.Token;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _interrupt.Dispose();
        _abort.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        (_interrupt.IsCancellationRequested ? _abort : _interrupt).Cancel();
    }

    private void OnHangup(PosixSignalContext context)
    {
        context.Cancel = true;
        _interrupt.Cancel();
    }
}
