using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Settings;
using MispGraphSync.Text;

namespace MispGraphSync.App;

// What every run has around it, whatever it does: lock, ledger, number, log. However it ends, its end is recorded.
internal sealed partial class Composition
{
    private async Task<T> InRunAsync<T>(RunFrame frame, ConsoleReporter talk, Func<UnderLock, Task<(T Result, RunReport Report)>> work)
    {
        var chosen = Choose(frame.Destinations);
        _log = AppLog.Create(Settings.Logs, talk.IsVeryVerbose, isOptional: frame.RollsBack, _host.Time, _secrets);
        using var deadline = new CancellationTokenSource(frame.MaxDuration ?? Timeout.InfiniteTimeSpan, _host.Time);
        using var control = new RunControl(_host.Interrupt, deadline.Token, _host.Abort);
        var wait = frame.Wait < frame.MaxDuration ? frame.Wait : frame.MaxDuration ?? frame.Wait;
        try
        {
            using var held = await LockAsync(wait, talk).ConfigureAwait(false);
            using var told = talk.WarnOnInterrupt();
            using var ledger = LedgerFile.Open(Settings.Ledger, frame.RollsBack);
            return await UnderLockAsync(frame, talk, chosen, ledger, control, work).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            RunLog.Failed(_log, frame.Command, fault, OutcomeOf(fault).Code);
            throw;
        }
    }

    private async Task<T> UnderLockAsync<T>(
        RunFrame frame, ConsoleReporter talk, List<DestinationSettings> chosen, LedgerFile ledger, RunControl control,
        Func<UnderLock, Task<(T Result, RunReport Report)>> work)
    {
        var history = new RunHistory(ledger);
        // A number that is rolled back would be given to another run, and the request files would lie.
        var stamps = StampsOf(ledger);
        var run = frame.IsCounted ? Begin(frame.Command, ledger, stamps, talk) : 0;
        var clocks = frame.SendsNothing || frame.RollsBack ? null : new ClockGuard(_host.Time, _sockets, _log);
        _log.Information("Run {Run} started: {Command}", run, frame.Command);
        var destinations = new List<IDestination>();
        try
        {
            DateTimeOffset? deadline = frame.MaxDuration is { } limit ? _host.Time.GetUtcNow() + limit : null;
            var transport = NewTransport(run, deadline, control) with { Clocks = clocks };
            if (!frame.RollsBack) stamps.WriteBegin(_host.Time.GetUtcNow());
            if (clocks is not null) await CheckClockAsync(clocks, chosen, ledger, control).ConfigureAwait(false);
            destinations.AddRange(chosen.Select(one => Destination(one, transport, frame.SendsNothing)));
            var under = new UnderLock(run, ledger, destinations, control, transport, new LoggingObserver(talk, _log));
            var (result, report) = await work(under).ConfigureAwait(false);
            var failures = frame.RollsBack ? RejectionGroups.None : RejectionGroups.OfRun(new Rejections(ledger).List(run, destination: null));
            RunLog.Ended(_log, report, failures);
            End(frame, history, report);
            if (!frame.RollsBack) stamps.WriteEnd(_host.Time.GetUtcNow());
            return result;
        }
        catch (Exception fault)
        {
            var (status, code) = OutcomeOf(fault);
            EndEarly(frame, history, run, status, code);
            throw;
        }
        finally
        {
            talk.End();
            foreach (var destination in destinations) await destination.DisposeAsync().ConfigureAwait(false);
            if (!frame.RollsBack && clocks is not { IsWrong: true }) LogRetention.Tidy(Settings.Logs, _host.Time.GetUtcNow());
        }
    }

    private Task<RunLock> LockAsync(TimeSpan wait, ConsoleReporter talk) => RunLock.TakeAsync(
        Settings.Ledger, wait, _host.Time, _host.Interrupt, who =>
            talk.Warn($"{who} This one is waiting for its end, up to {Durations.Text(wait)}."));

    private void End(RunFrame frame, RunHistory history, RunReport report)
    {
        if (report.RunId == 0) return;
        try
        {
            history.End(report.RunId, RunJson.Slug(report.Status), ExitCodes.Of(report.Outcome), RunJson.Text(report), _host.Time.GetUtcNow());
        }
        catch (RunFailedException fault) when (fault.IsOfLedger && report.Outcome != RunOutcome.Done)
        {
            // The report says already that the ledger cannot be written.
        }

        WriteMetrics(frame, report);
    }

    private void EndEarly(RunFrame frame, RunHistory history, long run, RunStatus status, RunOutcome code)
    {
        if (run == 0) return;
        try
        {
            history.End(run, RunJson.Slug(status), ExitCodes.Of(code), report: null, _host.Time.GetUtcNow());
        }
        catch (RunFailedException fault) when (fault.IsOfLedger)
        {
            // The first failure is the one to report.
        }

        var none = new RunReport
        {
            RunId = run,
            Status = status,
            Outcome = code,
            Duration = TimeSpan.Zero,
            Source = SourceReport.OfLedger,
            Destinations = []
        };
        WriteMetrics(frame, none);
    }

    private void WriteMetrics(RunFrame frame, RunReport report)
    {
        if (frame.HasMetrics && Settings.MetricsTextfile is { } metrics && MetricsFile.Write(metrics, report, _host.Time.GetUtcNow()) is { } fault)
            _log.Warning("metrics.textfile: '{File}' was not written: {Fault}", metrics, fault);
    }

    private (RunStatus Status, RunOutcome Code) OutcomeOf(Exception fault) => fault switch
    {
        RunFailedException failure => (RunStatus.Failed, failure.Outcome),
        OperationCanceledException when _host.Interrupt.IsCancellationRequested || _host.Abort.IsCancellationRequested =>
            (RunStatus.Interrupted, RunOutcome.Interrupted),
        _ => (RunStatus.Failed, RunOutcome.Bug),
    };

    private sealed record RunFrame
    {
        /// <summary>The verb, for the ledger's list of runs.</summary>
        public required string Command { get; init; }

        /// <summary>Empty: all enabled ones.</summary>
        public required IReadOnlyList<string> Destinations { get; init; }

        public TimeSpan Wait { get; init; }

        public TimeSpan? MaxDuration { get; init; }

        /// <summary>No destination is reached at all.</summary>
        public bool SendsNothing { get; init; }

        /// <summary>The ledger is as it was afterwards.</summary>
        public bool RollsBack { get; init; }

        /// <summary>The run gets a number of its own.</summary>
        public bool IsCounted { get; init; }

        public bool HasMetrics { get; init; }
    }

    /// <summary>What a run has while it holds the lock.</summary>
    private sealed record UnderLock(
        long Run, LedgerFile Ledger, IReadOnlyList<IDestination> Destinations, RunControl Control, Transport Transport,
        IRunObserver Observer);
}
