using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MispGraphSync.Text;

/// <summary>
/// Stdout or stderr, which may be full, closed, or a pipe without a reader. Writing never throws: lost output must not keep a
/// request from being recorded, end a timer's thread, or look like a failed connection.
/// </summary>
internal sealed class NonThrowingWriter(TextWriter to) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => to.Encoding;

    /// <summary>What is written is lost.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Why output was lost; null while none was, or where nobody reads it.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The process's own stream, or none if it was closed before the program began, whatever has its number now.</summary>
    public static TextWriter OfProcess(int number, Func<TextWriter> stream) => WasClosed(number) ? Null : OfPipe(number) ?? stream();

    public override void Write(char value) => Try(value, static (to, value) => to.Write(value));

    public override void Write(char[] buffer, int index, int count) =>
        Try((buffer, index, count), static (to, text) => to.Write(text.buffer, text.index, text.count));

    public override void Write(string? value) => Try(value, static (to, value) => to.Write(value));

    public override void WriteLine() => Try(0, static (to, _) => to.WriteLine());

    public override void WriteLine(string? value) => Try(value, static (to, value) => to.WriteLine(value));

    public override void Flush() => Try(0, static (to, _) => to.Flush());

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override Task FlushAsync()
    {
        Flush();
        return Task.CompletedTask;
    }

    private void Try<T>(T value, Action<TextWriter, T> write)
    {
        if (IsGone) return;
        try
        {
            write(to, value);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            IsGone = true;
            if (fault is IOException && !IsUnread(fault)) Fault = fault;
        }
    }

    private static bool IsUnread(Exception fault) => fault.HResult is
        9 or 32 // EBADF, EPIPE
        or unchecked((int)0x80070006) or unchecked((int)0x8007006D) or unchecked((int)0x800700E8); // INVALID_HANDLE, BROKEN_PIPE, NO_DATA

    // The runtime's console does not say that a pipe has lost its reader. A file keeps the console's way of writing, since stdout and
    // stderr may share it and its position.
    private static TextWriter? OfPipe(int number)
    {
        if (OperatingSystem.IsWindows() || !(number == 1 ? Console.IsOutputRedirected : Console.IsErrorRedirected)) return null;
        try
        {
            var pipe = new FileStream(new SafeFileHandle(number, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (pipe.CanSeek) return null;
            var console = Console.OutputEncoding;
            var encoding = console is UTF8Encoding ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) : console;
            return Synchronized(new StreamWriter(pipe, encoding) { AutoFlush = true });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    // Inherited descriptors never close on exec; those that the runtime opened do.
    private static bool WasClosed(int number)
    {
        const long ClosesOnExec = 0x80000;
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            var flags = File.ReadLines($"/proc/self/fdinfo/{number}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt64(flags["flags:".Length..].Trim(), 8) & ClosesOnExec) != 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault is FileNotFoundException && Directory.Exists("/proc/self/fdinfo");
        }
    }
}
