using System.CommandLine;
using System.Globalization;
using System.Text;
using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Output.Progress;
using MispGraphSync.Text;

namespace MispGraphSync.App;

/// <summary>
/// What the tool says while it works: to stderr, so that stdout carries the result alone. On a terminal one line of
/// progress that is rewritten; elsewhere a plain line for each thing that goes on, every half minute.
/// </summary>
internal sealed class ConsoleReporter : IRunObserver
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RewriteEvery = TimeSpan.FromMilliseconds(250);

    private readonly ToolHost _host;
    private readonly Lock _gate = new();
    private readonly bool _isQuiet;
    private readonly bool _printsRequests;
    private readonly RunProgress _progress;
    private readonly ProgressLine _line;
    private ITimer? _timer;
    private bool _hasEnded;

    public ConsoleReporter(ToolHost host, CommonOptions common, ParseResult args, bool printsRequests)
    {
        _host = host;
        _isQuiet = args.GetValue(common.Quiet);
        IsVerbose = args.GetValue(common.Verbose) || args.GetValue(common.VeryVerbose);
        IsVeryVerbose = args.GetValue(common.VeryVerbose);
        _printsRequests = printsRequests && !_isQuiet;
        _progress = new RunProgress(host.Time);
        _line = new ProgressLine(host.Error);
    }

    public bool IsVerbose { get; }

    public bool IsVeryVerbose { get; }

    /// <summary>Hears of each step as it is taken from the plan.</summary>
    public Action<DestinationInfo, PlanStep>? OnStep { get; set; }

    /// <summary>From now on progress is shown, until <see cref="End"/>.</summary>
    /// <param name="source">Where events are about to be asked for; null for a run that reads none.</param>
    /// <param name="allowed">The requests a minute that the settings let each destination make.</param>
    public void Begin(string? source, IEnumerable<(string Destination, int RequestsPerMinute)> allowed)
    {
        lock (_gate)
        {
            if (source is not null) _progress.Opening(Sanitize.ForDisplay(source, 60));
            foreach (var (destination, requestsPerMinute) in allowed) _progress.SetRequestLimit(destination, requestsPerMinute);
            if (_isQuiet || _hasEnded || _timer is not null) return;
            var every = _host.IsTerminal ? RewriteEvery : PlainEvery;
            _timer = _host.Time.CreateTimer(static talk => ((ConsoleReporter)talk!).Show(), this, every, every);
        }
    }

    /// <summary>Answers an interruption at once, for as long as what is given is not disposed of.</summary>
    public CancellationTokenRegistration WarnOnInterrupt() => _host.Interrupt.UnsafeRegister(
        static talk => ((ConsoleReporter)talk!).Warn("Told to end: what is under way is finished and saved. Once more ends it at once, safely too."), this);

    public void Reading(SourceInfo source, long eventsDone, long eventsInAll)
    {
        lock (_gate) _progress.Reading(Sanitize.ForDisplay(source.Name, 60), eventsDone, eventsInAll);
    }

    public void Planned(DestinationInfo destination, PlanCounts counts)
    {
        lock (_gate) _progress.Planned(destination.Name, counts.Total);
    }

    public void Listed(DestinationInfo destination, long soFar)
    {
        lock (_gate) _progress.Listed(destination.Name, soFar);
    }

    public void Step(DestinationInfo destination, PlanStep step) => OnStep?.Invoke(destination, step);

    public void Applied(DestinationInfo destination, StepTally soFar, long inAll)
    {
        lock (_gate) _progress.Sending(destination.Name, soFar.Total, inAll);
    }

    public void Warn(string message) => Say($"warning: {message}");

    /// <summary>A destination asked for patience: nothing is sent there before that instant.</summary>
    public void Paused(string destination, DateTimeOffset until)
    {
        lock (_gate) _progress.Pause(destination, until - _host.Time.GetUtcNow());
    }

    /// <summary>One line a request, on stdout since it is what push is run for; with -v its bodies too.</summary>
    public void Request(LoggedAttempt attempt)
    {
        lock (_gate)
        {
            _progress.Request(attempt.Call.Destination);
            if (!_printsRequests) return;
            _line.Clear();
            _host.Out.WriteLine(Line(attempt));
            if (!IsVerbose) return;
            Body(">", attempt.Call.Body?.Written ?? default);
            Body("<", attempt.Exception is null ? attempt.Call.Response.Written : default);
        }
    }

    /// <summary>Writes to stdout while progress may stand on the same terminal.</summary>
    public void Write<TState>(TState state, Action<TState> write)
    {
        lock (_gate)
        {
            _line.Clear();
            write(state);
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

    private void Say(string text)
    {
        lock (_gate)
        {
            _line.Clear();
            _host.Error.WriteLine(WrappedText.Wrap(text, _host.ErrorWidth()));
        }
    }

    private void Show()
    {
        lock (_gate)
        {
            if (_hasEnded) return;
            if (_host.IsTerminal)
            {
                var line = _progress.Line(Math.Max(20, _host.ErrorWidth() - 1));
                if (line.Length > 0) _line.Draw(line);
                return;
            }

            foreach (var line in _progress.Lines()) _host.Error.WriteLine(line);
        }
    }

    // The file's name repeats what it is about: where there is no room for both, it does alone.
    private string Line(LoggedAttempt attempt)
    {
        var call = attempt.Call;
        var items = call.Items switch { 0 => "", 1 => "1 item, ", _ => $"{call.Items} items, " };
        var outcome = attempt.Status is { } status ? ((int)status).ToString(CultureInfo.InvariantCulture) : "no answer";
        var failed = attempt.Failed && attempt.Rejected > 0 ? $", {attempt.Rejected} failed" : "";
        var why = attempt.Error is null ? "" : $" ({Sanitize.ForDisplay(attempt.Error, 160)})";
        var what = $"{items}{outcome}{failed}{why}{(attempt.Number > 1 ? $", attempt {attempt.Number}" : "")}";
        var line = $"{call.Destination} {call.Operation}: {what}{(attempt.FileName is null ? "" : "  " + attempt.FileName)}";
        return attempt.FileName is null || TextWidth.Of(line) <= _host.Width ? line : WrappedText.Wrap($"{what}  {attempt.FileName}", _host.Width, hang: 2);
    }

    private void Body(string arrow, ReadOnlyMemory<byte> body)
    {
        if (!body.IsEmpty) _host.Out.WriteLine($"  {arrow} {Sanitize.ForDisplay(Encoding.UTF8.GetString(body.Span), 2_000_000)}");
    }
}
