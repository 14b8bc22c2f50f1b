namespace MispGraphSync.Core.Sync;

/// <summary>One destination's share of a run: keeps what ended it early, so that it does not end the others'.</summary>
public sealed class Attempt(RunControl control)
{
    private ExitCode _stopped = ExitCode.Ok;

    public RunFailedException? Failure { get; private set; }

    /// <summary>Ok when nothing ended it early.</summary>
    public ExitCode Code => Failure?.Code ?? _stopped;

    /// <summary>Does the work, unless something ended the attempt before.</summary>
    public async Task TryAsync(Func<Task> work)
    {
        if (Code != ExitCode.Ok) return;
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

        if (control.IsStopping) _stopped = control.Code;
    }

    /// <summary>Takes over what made an <see cref="Applier"/> give up.</summary>
    public void Note(RunFailedException? failure) => Failure ??= failure;
}
