using System.Runtime.InteropServices;
using System.Text;

namespace MispGraphSync.Text;

/// <summary>The kind, owner and number of links of a file, which .NET does not provide.</summary>
internal readonly partial record struct FileFacts(bool IsRegular, uint Links, uint Owner, ulong Inode, ulong Device)
{
    // From linux/stat.h and linux/fcntl.h; the same on every architecture.
    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100;
    private const int OfHandle = 0x1000;
    private const uint BasicStats = 0x7ff;
    private const int Length = 256;
    private const ushort KindMask = 0xf000;
    private const ushort Regular = 0x8000;

    /// <summary>Does not follow a symbolic link. Null: no such file, or not known on this system.</summary>
    public static FileFacts? Of(string path) => Ask(CurrentFolder, path, NoFollow);

    public static FileFacts? Of(SafeHandle file)
    {
        var isHeld = false;
        try
        {
            file.DangerousAddRef(ref isHeld);
            return Ask((int)file.DangerousGetHandle(), "", OfHandle);
        }
        finally
        {
            if (isHeld) file.DangerousRelease();
        }
    }

    /// <summary>The account of this process.</summary>
    public static uint? Ourselves => Of("/proc/self")?.Owner;

    private static FileFacts? Ask(int folder, string path, int flags)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> facts = stackalloc byte[Length];
        try
        {
            if (Statx(folder, Encoding.UTF8.GetBytes(path + "\0"), flags, BasicStats, facts) != 0) return null;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // An old C library.
            return null;
        }

        return new FileFacts(
            (MemoryMarshal.Read<ushort>(facts[28..]) & KindMask) == Regular,
            MemoryMarshal.Read<uint>(facts[16..]),
            MemoryMarshal.Read<uint>(facts[20..]),
            MemoryMarshal.Read<ulong>(facts[32..]),
            MemoryMarshal.Read<ulong>(facts[136..]));
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int folder, ReadOnlySpan<byte> path, int flags, uint mask, Span<byte> facts);
}
