using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Text;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace MispGraphSync.App;

/// <summary>
/// The application log, a file a day beside the request files. Scalars only: the native binary cannot take objects apart.
/// </summary>
internal static class AppLog
{
    public static Logger None => new LoggerConfiguration().CreateLogger();

    private const string Template = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:l}{NewLine}{Exception}";

    /// <summary>Writes what is left. A full disk takes the last lines, but does not change the outcome of the run.</summary>
    public static void Close(Logger log)
    {
        try
        {
            log.Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <param name="settings">Where to.</param>
    /// <param name="isDebug">Log every item.</param>
    /// <param name="isOptional">Nothing will be sent, so a folder that cannot be written is no reason to fail.</param>
    /// <param name="time">The first file is today's.</param>
    /// <param name="secrets">Kept out of every line.</param>
    public static Logger Create(LogSettings settings, bool isDebug, bool isOptional, TimeProvider time, Secrets secrets)
    {
        if (isOptional && !Directory.Exists(settings.Directory)) return None;
        var (extension, formatter) = settings.Format == LogFormat.Json
            ? ("jsonl", (ITextFormatter)new RenderedCompactJsonFormatter())
            : ("log", new MessageTemplateTextFormatter(Template));
        try
        {
            PrivateFile.CreateFolder(settings.Directory);
            AppLogFile.Reserve(settings.Directory, extension, time.GetLocalNow());
            return new LoggerConfiguration()
                .MinimumLevel.Is(isDebug ? LogEventLevel.Debug : LogEventLevel.Information)
                .WriteTo.File(
                    new MaskingFormatter(formatter, secrets),
                    Path.Combine(settings.Directory, $"misp-graph-.{extension}"),
                    rollingInterval: RollingInterval.Day,
                    // Old logs are removed with the request files, at the end of a run.
                    retainedFileCountLimit: null,
                    fileSizeLimitBytes: null,
                    hooks: new AppLogFile())
                .CreateLogger();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (isOptional) return None;
            throw new RunFailedException(
                DiskFault.IsFull(fault) ? RunOutcome.Unreachable : RunOutcome.InvalidInput,
                $"The log folder '{settings.Directory}' cannot be written: {fault.Message}",
                "Nothing is sent that is not recorded. Set logs.directory to a folder that can be written.");
        }
    }
}
