using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>The tool in a pseudo-terminal of script(1), as a process of its own, and what somebody types there.</summary>
internal static partial class TerminalRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static void SkipWhereThereIsNone() =>
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no script(1) of util-linux.");

    /// <summary>Runs a command to its end, and checks that what it shows is well-formed and no wider than the terminal.</summary>
    /// <param name="command">What follows the program's name.</param>
    /// <param name="typed">The end of a prompt, and what is typed there, in order.</param>
    public static async Task<Screen> TypeAsync(
        this SandboxRun run, int columns, string command, params (string Prompt, string Answer)[] typed)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var process = Start(run, columns, command);
        var shown = new StringBuilder();
        try
        {
            foreach (var (prompt, answer) in typed)
            {
                await ReadAsync(process, shown, prompt, patience.Token);
                await process.StandardInput.WriteAsync($"{answer}\r");
            }

            await ReadAsync(process, shown, until: null, patience.Token);
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"'{command}' did not go on after: {Readable(shown)}");
        }

        var lines = Lines(shown.ToString());
        // A terminal wraps what somebody types; it is no line of ours.
        Assert.All(lines.Where(line => !typed.Any(one => line.Text.EndsWith($"{one.Prompt}{one.Answer}", StringComparison.Ordinal))),
            line => Assert.True(line.Width <= columns, $"{command}: {line.Width} columns: {line.Text}"));
        return new Screen(process.ExitCode, string.Join('\n', lines.Select(line => line.Text)));
    }

    private static Process Start(SandboxRun run, int columns, string command)
    {
        ToolProcess.PutOnPath(run.Folder);
        var start = ToolProcess.StartInfo(
            "script", run.Folder, ["-qec", $"stty cols {columns} rows 40; exec ./misp-graph {command}", "/dev/null"],
            [.. run.Environment.Select(one => (one.Key, one.Value)), ("TERM", "xterm")]);
        start.RedirectStandardInput = true;
        start.Environment.Remove("CI");
        start.Environment.Remove("NO_COLOR");
        return Process.Start(start)!;
    }

    /// <summary>Reads until the words are the last that was shown; null: to the end.</summary>
    private static async Task ReadAsync(Process process, StringBuilder shown, string? until, CancellationToken ct)
    {
        var buffer = new char[4096];
        while (until is null || !shown.ToString().EndsWith(until, StringComparison.Ordinal))
        {
            var count = await process.StandardOutput.ReadAsync(buffer, ct);
            if (count > 0) shown.Append(buffer, 0, count);
            else if (until is null) return;
            else Assert.Fail($"The tool ended without '{until}': {Readable(shown)}");
        }
    }

    // A file of test results takes no control characters, and would end before the first.
    private static string Readable(StringBuilder shown) =>
        string.Concat(shown.ToString().Where(c => c == '\n' || !char.IsControl(c)));

    /// <summary>What the terminal shows at the end, and how wide each line ever was. Fails on any other control character.</summary>
    private static List<(string Text, int Width)> Lines(string output)
    {
        var lines = new List<(string Text, int Width)>();
        foreach (var line in Style().Replace(output, "").Split('\n'))
        {
            var text = new StringBuilder();
            foreach (var part in line.Split('\r'))
                text.Remove(0, Math.Min(text.Length, part.Length)).Insert(0, part);
            Assert.DoesNotContain(text.ToString(), char.IsControl);
            lines.Add((text.ToString().TrimEnd(), MispGraphSync.Text.TextWidth.Of(text.ToString())));
        }

        return lines;
    }

    // Bold, green, red and their end; and how .NET puts the keys of a terminal into their usual mode.
    [GeneratedRegex(@"\e\[(0|1|31|32)m|\e\[\?1h\e=")]
    private static partial Regex Style();
}

/// <summary>What a terminal showed, and the exit code.</summary>
internal sealed record Screen(int Code, string Text)
{
    /// <summary>Without line ends and indentation: a sentence may be wrapped.</summary>
    public string Words { get; } = string.Join(' ', Text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    public void Says(int code, params string[] words)
    {
        foreach (var word in words) Assert.Contains(word, Words, StringComparison.Ordinal);
        Assert.Equal(code, Code);
    }
}
