using System.Globalization;
using System.Runtime.InteropServices;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>
/// A root file system for commands that change a machine: what they write is kept in memory and is gone afterwards. It shows the clean
/// root that <c>MISP_GRAPH_CLEAN_ROOT</c> names, else this machine's own.
/// </summary>
internal static class ScratchRoot
{
    // $1: the folder of the test, /mnt inside; $2: the .NET runtime; $3: the root to show; $4: how many commands there are.
    private const string Script = """
        set -e
        mkdir "$1/root"
        mount -t tmpfs tmpfs "$1/root"
        mkdir "$1/root/upper" "$1/root/work" "$1/root/all"
        mount -t overlay overlay -o "lowerdir=$3,upperdir=$1/root/upper,workdir=$1/root/work" "$1/root/all"
        cd "$1/root/all"
        mkdir -p mnt usr/share/dotnet dev proc
        mount --bind "$1" mnt
        mount --bind "$2" usr/share/dotnet
        mount --rbind /dev dev
        mount -t proc proc proc
        mount -t tmpfs tmpfs tmp
        chmod 1777 tmp
        grep -qs localhost etc/hosts || echo 127.0.0.1 localhost >> etc/hosts
        for at in $(seq 1 "$4"); do
          code=0
          chroot . /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C TERM=dumb \
            sh -c "cd /mnt && . /mnt/$at.sh" > "$1/$at.out" 2>&1 < /dev/null || code=$?
          echo $code > "$1/$at.code"
        done
        """;

    /// <summary>Runs commands one by one, each in a shell of its own, in the folder, which is /mnt inside.</summary>
    public static async Task<IReadOnlyList<Step>> RunAsync(string folder, IReadOnlyList<string> commands)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && FileFacts.Ourselves == 0, "Only root can make a root file system of its own.");
        foreach (var (i, command) in commands.Index()) await File.WriteAllTextAsync(Path.Combine(folder, $"{i + 1}.sh"), command + "\n");
        // The service's account looks for certificates here.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(
            folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var lower = Environment.GetEnvironmentVariable("MISP_GRAPH_CLEAN_ROOT") is { Length: > 0 } clean ? clean : "/";
        string[] unshare = ["--mount", "--propagation", "private", "sh", "-c", Script, "sh"];

        var ran = await ToolProcess.StartProgram(
            "unshare", folder, [.. unshare, folder, ToolProcess.Runtime, lower, $"{commands.Count}"]).EndAsync();

        Assert.SkipWhen(ran.Code != 0 && ran.Error.Contains("mount", StringComparison.Ordinal), $"This machine cannot: {ran.Error}");
        Assert.True(ran.Code == 0, ran.Error);
        string Left(int at, string what) => File.ReadAllText(Path.Combine(folder, $"{at + 1}.{what}"));
        return [.. commands.Select((command, i) =>
            new Step(command, int.Parse(Left(i, "code"), CultureInfo.InvariantCulture), Left(i, "out")))];
    }

    /// <summary>A command with its exit code and all that it printed.</summary>
    internal sealed record Step(string Command, int Code, string Output);

    /// <summary>Debian's name of this machine's architecture.</summary>
    public static string DebianArchitecture => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
}
