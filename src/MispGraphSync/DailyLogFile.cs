using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

namespace MispGraphSync;

/// <summary>
/// The application log's file, a new one each day. Serilog's own sink follows a link in the file's place and changes the mode
/// of what is there, so this one opens files itself.
/// </summary>
internal sealed class DailyLogFile : ILogEventSink, IDisposable
{
    private const int Tries = 4;

    private readonly string _folder;
    private readonly string _extension;
    private readonly ITextFormatter _formatter;
    private readonly Secrets _secrets;
    private readonly Lock _gate = new();
    private string _day;
    private FileStream _file;

    /// <param name="today">In local time, as the events carry it.</param>
    /// <exception cref="IOException">No file can be written there; so does <see cref="UnauthorizedAccessException"/>.</exception>
    public DailyLogFile(string folder, string extension, ITextFormatter formatter, Secrets secrets, DateTimeOffset today)
    {
        _folder = folder;
        _extension = extension;
        _formatter = formatter;
        _secrets = secrets;
        _day = Day(today);
        _file = Open(_day);
    }

    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _formatter.Format(logEvent, text);
        var bytes = Encoding.UTF8.GetBytes(_secrets.Mask(text.ToString()));
        lock (_gate)
        {
            if (Day(logEvent.Timestamp) is var day && day != _day)
            {
                var next = Open(day);
                _file.Dispose();
                (_day, _file) = (day, next);
            }

            // Another process may write to it too.
            _file.Seek(0, SeekOrigin.End);
            _file.Write(bytes);
        }
    }

    public void Dispose()
    {
        lock (_gate) _file.Dispose();
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>A link or another account's file keeps its name; the log then takes the next one, <c>…_001.log</c>.</summary>
    private FileStream Open(string day)
    {
        for (var number = 0; ; number++)
        {
            var suffix = number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"_{number:D3}");
            try
            {
                return OwnerOnly.OpenToAppend(Path.Combine(_folder, $"misp-graph-{day}{suffix}.{_extension}"));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && number + 1 < Tries)
            {
            }
        }
    }
}
