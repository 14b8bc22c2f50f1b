using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MispGraphSync.Ledger;

/// <summary>
/// A lock on one byte of a file, far from those that SQLite locks. It belongs to the file, so hard links share it, and can be
/// tested without taking it. Linux and Windows only.
/// </summary>
internal static partial class ByteLock
{
    private const long At = 1L << 62;

    private const int ReadOnly = 0, ReadWrite = 2, CloseOnExec = 0x80000;

    /// <summary>F_OFD_GETLK and F_OFD_SETLK: the lock belongs to this open file, and stays when SQLite closes its own.</summary>
    private const int GetLock = 36, SetLock = 37;

    private const short Exclusive = 1, None = 2;

    private const int Again = 11, Denied = 13;

    /// <returns>Null when the file is missing or cannot be locked.</returns>
    /// <exception cref="IOException">Another run holds it.</exception>
    public static IDisposable? Take(string path)
    {
        if (!File.Exists(path)) return null;
        return OperatingSystem.IsLinux() ? TakeOnLinux(path) : OperatingSystem.IsWindows() ? TakeOnWindows(path) : null;
    }

    /// <summary>Whether any process holds it; null when unknown.</summary>
    public static bool? IsHeld(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        using var file = Open(path, ReadOnly | CloseOnExec);
        if (file.IsInvalid) return null;
        var region = Region.Whole;
        return Control(file, GetLock, ref region) == 0 ? region.Type != None : null;
    }

    // A FileStream would lock the whole file for reading on Unix, so that SQLite could not write to it on a network share.
    private static IDisposable? TakeOnLinux(string path)
    {
        var file = Open(path, ReadWrite | CloseOnExec);
        if (file.IsInvalid) return null;
        var region = Region.Whole;
        if (Control(file, SetLock, ref region) == 0) return new Held(file);
        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error is Again or Denied ? throw new IOException("The file is locked.", error) : null;
    }

    private static FileStream? TakeOnWindows(string path)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            if (OperatingSystem.IsWindows()) file.Lock(At, 1);
            return file;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            return file is null ? null : throw new IOException("The file is locked.", fault);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, int command, ref Region region);

    // A process that is started at this moment has the open file as well, until its program is loaded: closing ours is not enough.
    private sealed class Held(SafeFileHandle file) : IDisposable
    {
        public void Dispose()
        {
            if (file.IsClosed) return;
            var region = Region.Whole with { Type = None };
            _ = Control(file, SetLock, ref region);
            file.Dispose();
        }
    }

    /// <summary>The C library's <c>struct flock</c> on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Region
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;

        public static Region Whole => new() { Type = Exclusive, Start = At, Length = 1 };
    }
}
