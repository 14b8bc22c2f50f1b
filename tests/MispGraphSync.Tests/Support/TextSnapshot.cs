using System.Runtime.CompilerServices;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>Compares text with a file that is reviewed like code. UPDATE_SNAPSHOTS=1 rewrites the files in the sources.</summary>
internal static class TextSnapshot
{
    public static void Matches(string text, string name, [CallerFilePath] string source = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(source)!, "Snapshots", name + ".txt");
        text = text.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.True(File.Exists(path), $"There is no snapshot {name}; UPDATE_SNAPSHOTS=1 makes it.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text);
    }
}
