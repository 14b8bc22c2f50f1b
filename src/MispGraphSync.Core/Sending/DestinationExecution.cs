using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Sending;

/// <summary>One destination's share of a run: keeps what ended it early, so that it does not end the others'.</summary>
public sealed class DestinationExecution(RunControl control)
{
    private RunOutcome _stopped = RunOutcome.Done;

    public RunFailedException? Failure { get; private set; }

    /// <summary>Ok when nothing ended it early.</summary>
    public RunOutcome Outcome => Failure?.Outcome ?? _stopped;

    /// <summary>Does the work, unless something ended the attempt before.</summary>
    public async Task TryAsync(Func<Task> work)
    {
        if (Outcome != RunOutcome.Done) return;
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            Failure = failure;
        }
        catch (OperationCanceledException) when (control.IsStopping)
        {
        }

        if (control.IsStopping) _stopped = control.Outcome;
    }

    /// <summary>Takes over what made an <see cref="Applier"/> give up.</summary>
    public void Note(RunFailedException? failure) => Failure ??= failure;
}
