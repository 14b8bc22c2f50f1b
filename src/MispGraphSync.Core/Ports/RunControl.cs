namespace MispGraphSync.Core.Ports;

/// <summary>
/// How a run is stopped early. The first Ctrl-C and the deadline let the requests in flight finish; the second Ctrl-C
/// cuts them off.
/// </summary>
public sealed class RunControl : IDisposable
{
    private readonly CancellationTokenSource _stop;

    public RunControl(CancellationToken interrupt, CancellationToken deadline, CancellationToken abort)
    {
        Interrupt = interrupt;
        Deadline = deadline;
        Abort = abort;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(interrupt, deadline, abort);
    }

    public static RunControl None { get; } = new(CancellationToken.None, CancellationToken.None, CancellationToken.None);

    public CancellationToken Interrupt { get; }

    public CancellationToken Deadline { get; }

    /// <summary>Cuts off requests in flight.</summary>
    public CancellationToken Abort { get; }

    /// <summary>Ends reads and waits, and keeps new requests from starting.</summary>
    public CancellationToken Stop => _stop.Token;

    public bool IsStopping => Stop.IsCancellationRequested;

    /// <summary>The outcome of a stopped run; Done when it was not stopped.</summary>
    public RunOutcome Outcome =>
        Interrupt.IsCancellationRequested || Abort.IsCancellationRequested ? RunOutcome.Interrupted
        : Deadline.IsCancellationRequested ? RunOutcome.OutOfTime
        : RunOutcome.Done;

    public void Dispose() => _stop.Dispose();
}
