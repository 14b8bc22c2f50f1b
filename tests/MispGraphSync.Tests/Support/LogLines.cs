using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace MispGraphSync.Tests;

/// <summary>Keeps what was logged, rendered, to be looked through.</summary>
internal sealed class LogLines : ILogEventSink
{
    private readonly List<string> _lines = [];

    public LogLines()
    {
        Log = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(this).CreateLogger();
    }

    public ILogger Log { get; }

    public IReadOnlyList<string> Lines => _lines;

    public void Emit(LogEvent logEvent)
    {
        lock (_lines)
        {
            _lines.Add(logEvent.RenderMessage());
        }
    }
}
