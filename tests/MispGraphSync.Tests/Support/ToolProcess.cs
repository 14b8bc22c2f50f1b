using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MispGraphSync.Tests;

/// <summary>
/// The tool as a process of its own, so that it can be killed: the native binary where <c>MISP_GRAPH_EXE</c> names one,
/// else the tool's own build. The copy beside the tests will not do: it lacks what the tests' web framework brings.
/// </summary>
internal static class ToolProcess
{
    private static readonly string? Native = Environment.GetEnvironmentVariable("MISP_GRAPH_EXE");

    /// <summary>The processes are those of a native binary.</summary>
    public static bool IsNative => Native is not null;

    public static Process Start(string folder, params string[] args) => Start(folder, limits: null, new Dictionary<string, string>(), args);

    public static Process Start(string folder, IReadOnlyDictionary<string, string> variables, params string[] args) =>
        Start(folder, limits: null, variables, args);

    /// <param name="folder">Where it works.</param>
    /// <param name="limits">Commands of a shell that come before it, such as <c>ulimit -f 100</c>; null: none.</param>
    /// <param name="variables">Of its environment.</param>
    /// <param name="args">What a user types.</param>
    public static Process Start(string folder, string? limits, IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        string[] whole = Native is null ? ["dotnet", Built(), .. args] : [Native, .. args];
        if (limits is not null) whole = ["bash", "-c", $"{limits}; exec \"$0\" \"$@\"", .. whole];
        return StartProgram(whole[0], folder, whole[1..], [.. variables.Select(one => (one.Key, one.Value))]);
    }

    /// <summary>Starts any program with its streams read, without our settings or a proxy in its environment.</summary>
    public static Process StartProgram(string program, string folder, string[] args, params (string Name, string Value)[] variables) =>
        Process.Start(StartInfo(program, folder, args, variables)) ?? throw new InvalidOperationException($"{program} did not start.");

    /// <inheritdoc cref="StartProgram"/>
    public static ProcessStartInfo StartInfo(string program, string folder, string[] args, (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        };
        foreach (var arg in args) start.ArgumentList.Add(arg);
        var settings = start.Environment.Keys.Where(name => name.StartsWith("MISP_GRAPH__", StringComparison.OrdinalIgnoreCase)).ToList();
        settings.ForEach(name => start.Environment.Remove(name));
        start.Environment["NO_PROXY"] = "127.0.0.1,localhost";
        foreach (var (name, value) in variables) start.Environment[name] = value;
        return start;
    }

    /// <summary>Puts a <c>misp-graph</c> into a folder, for shells that look for programs there. Not on Windows.</summary>
    public static void PutOnPath(string folder)
    {
        var file = Path.Combine(folder, "misp-graph");
        File.WriteAllText(file, $"#!/bin/sh\nexec {(Native is null ? $"dotnet '{Built()}'" : $"'{Native}'")} \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(
            file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Copies the program with all that it needs to a folder; it also needs <see cref="Runtime"/> unless it is native.</summary>
    public static void CopyTo(string folder)
    {
        Directory.CreateDirectory(folder);
        var from = Path.GetDirectoryName(Native ?? Built())!;
        var library = Path.Combine(from, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", "libe_sqlite3.so");
        var files = Directory.EnumerateFiles(from).Where(file => Path.GetExtension(file) is "" or ".dll" or ".json" or ".so");
        foreach (var file in files.Concat(Native is null ? [library] : []))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    /// <summary>The folder of the .NET runtime.</summary>
    public static string Runtime => new DirectoryInfo(RuntimeEnvironment.GetRuntimeDirectory()).Parent!.Parent!.Parent!.FullName;

    /// <summary>The folder of the sources.</summary>
    public static string Root => OutputFolder.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    private static DirectoryInfo OutputFolder => new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    // tests/MispGraphSync.Tests/bin/CONFIGURATION/net10.0 → src/MispGraphSync/bin/CONFIGURATION/net10.0
    private static string Built() =>
        Path.Combine(Root, "src", "MispGraphSync", "bin", OutputFolder.Parent!.Name, OutputFolder.Name, "misp-graph.dll");

    /// <summary>Sends a signal such as <c>TERM</c>.</summary>
    public static async Task SignalAsync(this Process process, string signal)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Reads stderr up to a line with these words; fails if it ends without them.</summary>
    public static async Task SaysAsync(this Process process, string words)
    {
        var said = new System.Text.StringBuilder();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Contains(words, StringComparison.Ordinal)) return;
            said.AppendLine(line);
        }

        throw new InvalidOperationException($"The tool ended and never said '{words}', but: {said}");
    }

    /// <summary>Reads its streams to their end, so that it never waits for a reader, and gives its exit code.</summary>
    public static async Task<ToolResult> EndAsync(this Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new ToolResult(process.ExitCode, await output, await error);
    }
}
