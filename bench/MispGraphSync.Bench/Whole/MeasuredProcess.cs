using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MispGraphSync.Bench.Whole;

/// <summary>Runs the tool as a user does, and measures the whole process from outside. Linux only.</summary>
internal static partial class MeasuredProcess
{
    private const int Children = -1;
    private const int MinorFaults = 8;
    private const string PeakMark = "VmHWM:";

    public static async Task<Measurement> RunAsync(
        string exe, string directory, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(exe, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var before = OfChildren();
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(10));
        }

        var wall = clock.Elapsed;
        await Task.WhenAll(output, errors);
        var after = OfChildren();
        return new Measurement(
            wall, after.User + after.Kernel - before.User - before.Kernel, after.Kernel - before.Kernel, after.Faults - before.Faults, peak,
            process.ExitCode, await output, await errors);
    }

    // The kernel's own high-water mark, so only a peak in the last milliseconds can be missed.
    private static long PeakOf(int process)
    {
        try
        {
            var status = File.ReadLines($"/proc/{process}/status");
            var peak = status.FirstOrDefault(line => line.StartsWith(PeakMark, StringComparison.Ordinal));
            if (peak is not null)
            {
                var kilobytes = peak[PeakMark.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
                return 1024 * long.Parse(kilobytes, CultureInfo.InvariantCulture);
            }
        }
        catch (IOException)
        {
            // The process has ended.
        }

        return 0;
    }

    // Of all children that have ended. One runs at a time, so the difference is the last one's.
    private static (TimeSpan User, TimeSpan Kernel, long Faults) OfChildren()
    {
        Span<long> usage = stackalloc long[18];
        if (GetResourceUsage(Children, usage) != 0)
            throw new InvalidOperationException($"getrusage failed with {Marshal.GetLastPInvokeError()}.");
        return (Time(usage), Time(usage[2..]), usage[MinorFaults]);
    }

    private static TimeSpan Time(ReadOnlySpan<long> secondsAndMicroseconds) =>
        TimeSpan.FromSeconds(secondsAndMicroseconds[0]) + TimeSpan.FromMicroseconds(secondsAndMicroseconds[1]);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetResourceUsage(int who, Span<long> usage);
}

/// <param name="Cpu">User and system time of the whole process.</param>
/// <param name="Kernel">The system time in it.</param>
/// <param name="Faults">Pages of memory that the system had to make or find, without reading the disk.</param>
/// <param name="Peak">Bytes resident at most.</param>
internal sealed record Measurement(
    TimeSpan Wall, TimeSpan Cpu, TimeSpan Kernel, long Faults, long Peak, int ExitCode, string Output, string Errors);
