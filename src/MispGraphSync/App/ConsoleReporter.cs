using System.Globalization;
using System.Text;
using MispGraphSync.Commands;
using MispGraphSync.Http;
using MispGraphSync.Output.Progress;
using Serilog;
using Serilog.Events;

namespace MispGraphSync.App;

/// <summary>
/// Prints progress and warnings to stderr, so that stdout has the result alone, and logs plans, steps and warnings. On a terminal one
/// line of progress is rewritten; elsewhere a plain line for each source or destination is printed every half minute.
/// </summary>
internal sealed class ConsoleReporter(ToolHost host, CommonArguments common, bool printsRequests) : IRunObserver
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RewriteEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly RunProgress _progress = new(host.Time);
    private readonly ProgressLine _line = new(host.Error);
    private ITimer? _timer;
    private bool _hasEnded;

    /// <summary>The application log, once it is open.</summary>
    public ILogger Log { get; set; } = AppLog.None;

    /// <summary>Called with each step as it is taken from the plan.</summary>
    public Action<DestinationInfo, PlanStep>? OnStep { get; set; }

    /// <summary>From now on progress is shown, until <see cref="End"/>.</summary>
    /// <param name="source">Where events are about to be read from; null for a run that reads none.</param>
    /// <param name="limits">The requests a minute that the settings let each destination make.</param>
    public void Begin(string? source, IEnumerable<(string Destination, int RequestsPerMinute)> limits)
    {
        lock (_gate)
        {
            if (source is not null) _progress.Opening(Sanitize.ForDisplay(source, 60));
            foreach (var (destination, requestsPerMinute) in limits) _progress.SetRequestLimit(destination, requestsPerMinute);
            if (common.IsQuiet || _hasEnded || _timer is not null) return;
            var every = host.IsTerminal ? RewriteEvery : PlainEvery;
            _timer = host.Time.CreateTimer(static reporter => ((ConsoleReporter)reporter!).Show(), this, every, every);
        }
    }

    /// <summary>Acknowledges an interruption immediately, until the registration is disposed of.</summary>
    public CancellationTokenRegistration WarnOnInterrupt() => host.Interrupt.UnsafeRegister(
        static reporter => ((ConsoleReporter)reporter!).Warn(
            "Stopping after the requests in flight. Press Ctrl-C again to stop now (safe)."), this);

    public void Reading(SourceInfo source, long eventsDone, long eventsInAll)
    {
        lock (_gate) _progress.Reading(Sanitize.ForDisplay(source.Name, 60), eventsDone, eventsInAll);
    }

    public void Planned(DestinationInfo destination, PlanCounts counts)
    {
        Log.Information(
            "{Destination}: planned {Create} to create, {Update} to update, {Renew} to renew, {Delete} to delete",
            destination.Name, counts.Create, counts.Update, counts.Renew, counts.Delete);
        lock (_gate) _progress.Sending(destination.Name, 0, counts.Total);
    }

    public void Listed(DestinationInfo destination, long soFar)
    {
        lock (_gate) _progress.Listed(destination.Name, soFar);
    }

    public void Step(DestinationInfo destination, PlanStep step)
    {
        if (Log.IsEnabled(LogEventLevel.Debug))
        {
            Log.Debug(
                "{Destination}: {Action} {Key} ({Reason}) {Value}",
                destination.Name, step.Action.ToString(), step.Key, step.Reason, Sanitize.ForDisplay($"{step.Label}", 200));
        }

        if (OnStep is null) return;
        lock (_gate)
        {
            _line.Clear();
            OnStep(destination, step);
        }
    }

    public void Applied(DestinationInfo destination, StepTally soFar, long inAll)
    {
        lock (_gate) _progress.Sending(destination.Name, soFar.Total, inAll);
    }

    public void Warn(string message)
    {
        Log.Warning("{Warning}", Failures.OneLine(message));
        Write(() => host.Warn(message));
    }

    /// <summary>A destination asked to wait: nothing is sent there before that instant.</summary>
    public void Paused(string destination, DateTimeOffset until)
    {
        lock (_gate) _progress.Pause(destination, until - host.Time.GetUtcNow());
    }

    /// <summary>
    /// One line a request, on stdout, with -vv its bodies too. A terminal shows only failed ones, unless -v asks for all.
    /// </summary>
    public void Request(LoggedAttempt attempt)
    {
        lock (_gate)
        {
            _progress.Request(attempt.Call.Destination);
            if (!printsRequests || common.IsQuiet) return;
            if (host.IsOutTerminal && !attempt.Failed && !common.IsVerbose) return;
            _line.Clear();
            host.Out.WriteLine(LineOf(attempt));
            if (!common.IsVeryVerbose) return;
            WriteBody(">", attempt.Call.Body?.Written ?? default);
            WriteBody("<", attempt.Exception is null ? attempt.Call.Response.Written : default);
        }
    }

    /// <summary>Writes while progress may be on the same terminal.</summary>
    public void Write(Action write)
    {
        lock (_gate)
        {
            _line.Clear();
            write();
        }
    }

    /// <summary>The end of progress, so that the result starts on a line of its own.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            _timer?.Dispose();
            _line.Clear();
        }
    }

    private void Show()
    {
        lock (_gate)
        {
            if (_hasEnded) return;
            if (!host.IsTerminal)
            {
                foreach (var plain in _progress.Lines()) host.Error.WriteLine(plain);
                return;
            }

            var line = _progress.Line(Math.Max(20, host.ErrorWidth() - 1));
            if (line.Length > 0) _line.Draw(line);
        }
    }

    // Where there is no room for the file's whole name, a shell still finds it without its date.
    private string LineOf(LoggedAttempt attempt)
    {
        var call = attempt.Call;
        var items = call.Items switch { 0 => "", 1 => "1 item, ", _ => $"{call.Items} items, " };
        var outcome = attempt.Status is { } status ? ((int)status).ToString(CultureInfo.InvariantCulture) : "no answer";
        var failed = attempt.Failed && attempt.Rejected > 0 ? $", {attempt.Rejected} failed" : "";
        var why = attempt.Error is null ? "" : $" ({Sanitize.ForDisplay(attempt.Error, 160)})";
        var what = $"{items}{outcome}{failed}{why}{(attempt.Number > 1 ? $", attempt {attempt.Number}" : "")}";
        var line = $"{call.Destination} {call.Operation}: {what}";
        if (attempt.FileName is not { } file) return WrappedText.Wrap(line, host.Width, hang: 2);
        if (TextWidth.Of(line) + 2 + file.Length > host.Width) file = "*" + file[RequestLog.DateLength..];
        return WrappedText.Wrap($"{line}  {file}", host.Width, hang: 2);
    }

    private void WriteBody(string arrow, ReadOnlyMemory<byte> body)
    {
        if (!body.IsEmpty) host.Out.WriteLine($"  {arrow} {Sanitize.ForDisplay(Encoding.UTF8.GetString(body.Span), 2_000_000)}");
    }
}
