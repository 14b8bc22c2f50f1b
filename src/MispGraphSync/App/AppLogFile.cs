using System.Globalization;
using System.Text;
using MispGraphSync.Text;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Sinks.File;

namespace MispGraphSync.App;

/// <summary>
/// Keeps the application log out of files that are not ours: the sink opens a file by its name, and that may be a link or another
/// account's file. It then takes the next number, <c>…_001.log</c>.
/// </summary>
internal sealed class AppLogFile : FileLifecycleHooks
{
    private const int Numbers = 4;

    /// <summary>Makes today's file, or finds it to be ours. The sink writes to the highest number that is there.</summary>
    /// <param name="today">In local time, as the sink names its files.</param>
    /// <exception cref="IOException">No file can be written there; so does <see cref="UnauthorizedAccessException"/>.</exception>
    public static void Reserve(string folder, string extension, DateTimeOffset today)
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
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && number + 1 < Numbers)
            {
            }
        }
    }

    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        if (PrivateFile.IsOurs(path))
        {
            // After midnight the sink has made a new one.
            if (underlyingStream.Length == 0 && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            return underlyingStream;
        }

        underlyingStream.Dispose();
        throw new IOException($"{path} is a link or another account's file.");
    }
}

/// <summary>Masks secrets in each line.</summary>
internal sealed class MaskingFormatter(ITextFormatter formatter, Secrets secrets) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        formatter.Format(logEvent, text);
        output.Write(secrets.Mask(text.ToString()));
    }
}
