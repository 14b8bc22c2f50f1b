using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MispGraphSync.Bench.Whole;

/// <summary>
/// What touching a new page of memory costs here: half a microsecond where the system runs on the machine itself, twenty times
/// as much under some hypervisors, and then it is what a short run consists of.
/// </summary>
internal static unsafe class PageFault
{
    private const int Pages = 4_096;

    public static TimeSpan Cost()
    {
        var size = (nuint)(Pages * Environment.SystemPageSize);
        // The system maps an allocation of this size lazily, so each first write is a page fault.
        var memory = (byte*)NativeMemory.Alloc(size);
        var clock = Stopwatch.StartNew();
        for (nuint at = 0; at < size; at += (nuint)Environment.SystemPageSize) memory[at] = 1;
        var cost = clock.Elapsed / Pages;
        NativeMemory.Free(memory);
        return cost;
    }
}
