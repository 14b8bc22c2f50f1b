using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace MispGraphSync;

/// <summary>The application log, a file a day beside the request files. Scalars only: the native binary cannot take objects apart.</summary>
internal static class AppLog
{
    /// <param name="settings">Where to.</param>
    /// <param name="isDebug">Log every item.</param>
    /// <param name="isOptional">Nothing will be sent, so a folder that cannot be written is no reason to fail.</param>
    public static Logger Create(LogSettings settings, bool isDebug, bool isOptional)
    {
        if (isOptional && !Directory.Exists(settings.Directory)) return new LoggerConfiguration().CreateLogger();
        try
        {
            Directory.CreateDirectory(settings.Directory);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(settings.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            if (isOptional) return new LoggerConfiguration().CreateLogger();
            throw new RunFailedException(ExitCode.Usage, $"The log folder '{settings.Directory}' cannot be made: {fault.Message}", "Nothing is sent that is not recorded. Set logs.directory to a folder that can be written.");
        }

        var (name, formatter) = settings.Format == LogFormat.Json
            ? ("misp-graph-.jsonl", (ITextFormatter)new RenderedCompactJsonFormatter())
            : ("misp-graph-.log", new MessageTemplateTextFormatter("{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:l}{NewLine}{Exception}"));
        return new LoggerConfiguration()
            .MinimumLevel.Is(isDebug ? LogEventLevel.Debug : LogEventLevel.Information)
            .WriteTo.File(
                formatter,
                Path.Combine(settings.Directory, name),
                rollingInterval: RollingInterval.Day,
                retainedFileCountLimit: Math.Max(1, settings.RetentionDays),
                hooks: OperatingSystem.IsWindows() ? null : new OwnersFile())
            .CreateLogger();
    }

    private sealed class OwnersFile : Serilog.Sinks.File.FileLifecycleHooks
    {
        public override Stream OnFileOpened(string path, Stream underlyingStream, System.Text.Encoding encoding)
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return underlyingStream;
        }
    }
}
