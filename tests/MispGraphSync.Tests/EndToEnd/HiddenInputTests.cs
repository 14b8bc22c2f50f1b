using System.Diagnostics;
using System.Text;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary><c>config init</c> in a pseudo-terminal, as a process of its own.</summary>
public class HiddenInputTests
{
    private const string Key = "A-key-that-nobody-may-see-0123456789";

    [Fact]
    public async Task A_terminal_does_not_show_a_pasted_secret()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no script(1) of util-linux.");
        await using var run = await SandboxRun.StartAsync();
        File.Delete(run.ConfigFile);
        ToolProcess.PutOnPath(run.Folder);
        var start = new ProcessStartInfo("script", ["-qec", "./misp-graph config init", "/dev/null"])
        {
            WorkingDirectory = run.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("CI");
        start.Environment["NO_PROXY"] = "127.0.0.1,localhost";
        using var tool = Process.Start(start)!;

        await ReadUntilAsync(tool, "MISP's address: ");
        await tool.StandardInput.WriteAsync($"{run.Sandbox.Misp}\r");
        var shown = await ReadUntilAsync(tool, "PATH [env:MISP_KEY]: ");
        await tool.StandardInput.WriteAsync($"{Key}x\x7f\r");
        shown += await ReadUntilAsync(tool, "[again]: ");
        await tool.StandardInput.WriteAsync("\x03");
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains($"{Key.Length} characters, not shown", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Key[..5], shown, StringComparison.Ordinal);
        Assert.Equal(130, tool.ExitCode);
    }

    private static async Task<string> ReadUntilAsync(Process tool, string words)
    {
        var (text, one) = (new StringBuilder(), new char[1]);
        while (!text.ToString().EndsWith(words, StringComparison.Ordinal))
        {
            if (await tool.StandardOutput.ReadAsync(one) == 0) Assert.Fail($"The tool ended without '{words}': {text}");
            text.Append(one);
        }

        return text.ToString();
    }
}
