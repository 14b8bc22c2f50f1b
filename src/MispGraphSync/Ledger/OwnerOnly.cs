namespace MispGraphSync.Ledger;

/// <summary>Files that nobody but the account that runs the tool may read.</summary>
internal static class OwnerOnly
{
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        // On Windows a file takes the rights of its folder.
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    public static void WriteText(string path, string text)
    {
        using var writer = new StreamWriter(Open(path, FileMode.Create, FileAccess.Write));
        writer.Write(text);
    }
}
