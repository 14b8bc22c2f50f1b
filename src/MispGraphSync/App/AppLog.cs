using System.Globalization;
using System.Text;
using MispGraphSync.Http;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;
using Serilog.Sinks.File;

namespace MispGraphSync.App;

/// <summary>
/// The application log, a file a day beside the request files. Scalars only: the native binary cannot take objects apart.
/// </summary>
internal static class AppLog
{
    private const string Template = "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:l}{NewLine}{Exception}";

    /// <summary>Files to try, where names are taken by files that are not ours.</summary>
    private const int MaxNumbers = 4;

    public static Logger None => new LoggerConfiguration().CreateLogger();

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
            Reserve(settings.Directory, extension, time.GetLocalNow());
            return new LoggerConfiguration()
                .MinimumLevel.Is(isDebug ? LogEventLevel.Debug : LogEventLevel.Information)
                .WriteTo.File(
                    new MaskingFormatter(formatter, secrets),
                    Path.Combine(settings.Directory, $"misp-graph-.{extension}"),
                    rollingInterval: RollingInterval.Day,
                    // Old logs are removed with the request files, at the end of a run.
                    retainedFileCountLimit: null,
                    fileSizeLimitBytes: null,
                    hooks: new OwnFilesOnly())
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

    // Makes today's file, or finds it to be ours, else the next number: ..._001.log. The sink writes to the highest number that exists.
    private static void Reserve(string folder, string extension, DateTimeOffset today)
    {
        for (var number = 0; ; number++)
        {
            var suffix = number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"_{number:D3}");
            try
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"misp-graph-{today:yyyyMMdd}{suffix}.{extension}");
                PrivateFile.OpenToAppend(Path.Combine(folder, name)).Dispose();
                return;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && number + 1 < MaxNumbers)
            {
            }
        }
    }

    /// <summary>The sink opens a file by its name: refuses a link or another account's file. The sink then takes the next number.</summary>
    private sealed class OwnFilesOnly : FileLifecycleHooks
    {
        public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
        {
            if (!PrivateFile.IsOurs(path))
            {
                underlyingStream.Dispose();
                throw new IOException($"{path} is a link or another account's file.");
            }

            // After midnight the sink has made a new one.
            if (underlyingStream.Length == 0 && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return underlyingStream;
        }
    }

    /// <summary>Masks secrets in each line.</summary>
    private sealed class MaskingFormatter(ITextFormatter formatter, Secrets secrets) : ITextFormatter
    {
        public void Format(LogEvent logEvent, TextWriter output)
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            formatter.Format(logEvent, text);
            output.Write(secrets.Mask(text.ToString()));
        }
    }
}
