using System.Diagnostics;

namespace MispGraphSync.Sandbox.Running;

/// <summary>The real tool, started as a process of its own.</summary>
internal sealed class Product(string executable, string workingDirectory)
{
    private static readonly string[] Names = ["misp-graph", "misp-graph.exe", "misp-graph.dll"];

    /// <summary>From <c>MISP_GRAPH_EXE</c>, else the sibling project's build output of the same configuration.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MISP_GRAPH_EXE") is { Length: > 0 } stated) return stated;

        // …/src/MispGraphSync.Sandbox/bin/Debug/net10.0/ → …/src/MispGraphSync/bin/Debug/net10.0/
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        if (here.Parent?.Parent?.Parent?.Parent is not { } sources) return null;

        var built = Path.Combine(sources.FullName, "MispGraphSync", "bin", here.Parent.Name, here.Name);
        return Names.Select(name => Path.Combine(built, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs it to its end. Forwards stderr line by line and returns stdout.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> arguments, TextWriter progress, CancellationToken ct)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var isAssembly = executable.EndsWith(".dll", StringComparison.Ordinal);
        start.FileName = isAssembly ? "dotnet" : executable;
        if (isAssembly) start.ArgumentList.Add(executable);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        KeepAtHome(start.Environment);
        // Shown four columns in, and no wider than the terminal.
        if (!Console.IsOutputRedirected) start.Environment["COLUMNS"] = $"{Math.Max(40, Console.WindowWidth - 4)}";

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{executable} did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            while (await process.StandardError.ReadLineAsync(ct) is { } line) await progress.WriteLineAsync($"    {line}");
            var text = await output;
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, text);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Removes the user's own settings and proxies, so that the tool cannot reach a real tenant.</summary>
    private static void KeepAtHome(IDictionary<string, string?> environment)
    {
        var settings = environment.Keys.Where(name => name.StartsWith("MISP_GRAPH_", StringComparison.OrdinalIgnoreCase));
        foreach (var name in settings.ToArray()) environment.Remove(name);
        environment["NO_PROXY"] = "localhost,127.0.0.1";
        environment["no_proxy"] = "localhost,127.0.0.1";
        environment["NO_COLOR"] = "1";
    }
}
