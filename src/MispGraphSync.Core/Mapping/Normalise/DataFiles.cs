namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>The generated tables that are part of this assembly.</summary>
internal static class DataFiles
{
    /// <summary>A file of the folder Data, without the comment at its head.</summary>
    public static byte[] Read(string name)
    {
        using var resource = typeof(DataFiles).Assembly.GetManifestResourceStream($"MispGraphSync.Core.Data.{name}")
            ?? throw new InvalidOperationException($"{name} is not part of this build.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        var start = 0;
        while (bytes[start] == '#') start = Array.IndexOf(bytes, (byte)'\n', start) + 1;
        return bytes[start..];
    }
}
