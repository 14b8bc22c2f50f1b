using MispGraphSync.Text;

namespace MispGraphSync.Doctor.Local;

/// <summary>Finds out whether files can be made in a folder, by making one and taking it away.</summary>
internal static class WritableFolder
{
    /// <summary>Makes the folder where it is missing, as a push would.</summary>
    /// <exception cref="IOException">They cannot; so does <see cref="UnauthorizedAccessException"/>.</exception>
    public static void Probe(string folder)
    {
        PrivateFile.CreateFolder(folder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose };
        using var probe = new FileStream(Path.Combine(folder, $".misp-graph-doctor-{Path.GetRandomFileName()}.tmp"), options);
        probe.WriteByte(0);
    }
}
