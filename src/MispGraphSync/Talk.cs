using System.CommandLine;
using System.Globalization;
using System.Text;
using MispGraphSync.Commands;
using MispGraphSync.Core.Sync;
using MispGraphSync.Http;
using MispGraphSync.Output;

namespace MispGraphSync;

/// <summary>
/// What the tool says while it works: to stderr, so that stdout carries the result alone. On a terminal one line of
/// progress that is rewritten; elsewhere a plain line every half minute.
/// </summary>
internal sealed class Talk : IRunObserver
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RewriteEvery = TimeSpan.FromMilliseconds(200);

    private readonly ToolHost _host;
    private readonly Lock _gate = new();
    private readonly bool _isQuiet;
    private readonly bool _printsRequests;
    private readonly TextWriter _requests;
    private long _saidAt;
    private int _progressWidth;

    public Talk(ToolHost host, CommonOptions common, ParseResult args, bool printsRequests)
    {
        _host = host;
        _isQuiet = args.GetValue(common.Quiet);
        IsVerbose = args.GetValue(common.Verbose) || args.GetValue(common.VeryVerbose);
        IsVeryVerbose = args.GetValue(common.VeryVerbose);
        _printsRequests = printsRequests && !_isQuiet;
        _requests = host.Out;
        _saidAt = host.Time.GetTimestamp();
    }

    public bool IsVerbose { get; }

    public bool IsVeryVerbose { get; }

    /// <summary>Hears of each step as it is taken from the plan.</summary>
    public Action<DestinationInfo, PlanStep>? OnStep { get; set; }

    public void Reading(SourceInfo source, long eventsDone, long eventsInAll) =>
        Progress($"reading {source.Name}: {eventsDone:N0} of {eventsInAll:N0} events", isLast: eventsDone == eventsInAll);

    public void Planned(DestinationInfo destination, PlanCounts counts) =>
        Progress($"planned {destination.Name}: {counts.Total:N0} steps", isLast: true);

    public void Listed(DestinationInfo destination, long soFar) => Progress($"listing {destination.Name}: {soFar:N0} so far", isLast: false);

    public void Step(DestinationInfo destination, PlanStep step) => OnStep?.Invoke(destination, step);

    public void Applied(DestinationInfo destination, StepTally soFar, long inAll) =>
        Progress($"sending to {destination.Name}: {soFar.Total:N0} of {inAll:N0}", isLast: soFar.Total == inAll);

    public void Warn(string message)
    {
        lock (_gate)
        {
            ClearProgress();
            _host.Error.WriteLine($"warning: {message}");
        }
    }

    /// <summary>One line a request, on stdout since it is what push is run for; with -v its bodies too.</summary>
    public void Request(RequestLine request)
    {
        if (!_printsRequests) return;
        lock (_gate)
        {
            ClearProgress();
            var outcome = request.Status is { } status ? ((int)status).ToString(CultureInfo.InvariantCulture) : "no answer";
            var failed = request.Failed && request.Rejected > 0 ? $", {request.Rejected} failed" : "";
            var why = request.Error is null ? "" : $" ({Printable.Line(request.Error, 160)})";
            _requests.WriteLine($"{request.Destination} {request.Operation}: {request.Items} items, {outcome}{failed}{why}{(request.Attempt > 1 ? $", attempt {request.Attempt}" : "")}  {request.FileName}");
            if (!IsVerbose) return;
            Body(">", request.Request);
            Body("<", request.Response);
        }
    }

    /// <summary>Ends the line of progress, so that the result starts on a line of its own.</summary>
    public void End()
    {
        lock (_gate) ClearProgress();
    }

    private void Body(string arrow, ReadOnlyMemory<byte> body)
    {
        if (!body.IsEmpty) _requests.WriteLine($"  {arrow} {Printable.Line(Encoding.UTF8.GetString(body.Span), 2_000_000)}");
    }

    private void Progress(string text, bool isLast)
    {
        if (_isQuiet) return;
        lock (_gate)
        {
            var every = _host.IsTerminal ? RewriteEvery : PlainEvery;
            if (_host.Time.GetElapsedTime(_saidAt) < every && !(isLast && _host.IsTerminal)) return;
            _saidAt = _host.Time.GetTimestamp();
            if (!_host.IsTerminal)
            {
                _host.Error.WriteLine(text);
                return;
            }

            text = Printable.Line(text, Math.Max(20, _host.Width - 2));
            _host.Error.Write("\r" + text.PadRight(_progressWidth));
            _progressWidth = text.Length;
        }
    }

    private void ClearProgress()
    {
        if (_progressWidth == 0) return;
        _host.Error.Write("\r" + new string(' ', _progressWidth) + "\r");
        _progressWidth = 0;
    }
}
