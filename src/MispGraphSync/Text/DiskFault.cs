namespace MispGraphSync.Text;

/// <summary>Distinguishes file-system failures by error number, since .NET has one exception type for most.</summary>
internal static class DiskFault
{
    /// <summary>The disk is full, or a quota or size limit is reached.</summary>
    public static bool IsFull(Exception fault) => fault is IOException && fault.HResult is
        27 or 28 // EFBIG, ENOSPC
        or 69 or 122 // EDQUOT on macOS and on Linux
        or unchecked((int)0x80070027) or unchecked((int)0x80070070); // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL

    /// <summary>Another process has the file open exclusively.</summary>
    public static bool IsHeldByOther(IOException fault) => fault.HResult is
        11 or 35 // EWOULDBLOCK on Linux and on macOS
        or unchecked((int)0x80070020) or unchecked((int)0x80070021); // ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
}
