using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary><c>config init</c> in a pseudo-terminal, as a process of its own.</summary>
public class HiddenInputTests
{
    private const string Key = "A-key-that-nobody-may-see-0123456789";

    [Fact]
    public async Task A_terminal_does_not_show_a_pasted_secret()
    {
        TerminalRun.SkipWhereThereIsNone();
        // A shell starts a background job that way, and the tool's process inherits it.
        Assert.SkipWhen(IgnoresCtrlC(), "This process ignores SIGINT.");
        await using var run = await SandboxRun.StartAsync();
        File.Delete(run.ConfigFile);

        var screen = await run.TypeAsync(
            80, "config init",
            ("MISP's address: ", $"{run.Sandbox.Misp}"), ("PATH [env:MISP_KEY]: ", $"{Key}x\x7f"), ("[again]: ", "\x03"));

        screen.Says(130, $"{Key.Length} characters, not shown");
        Assert.DoesNotContain(Key[..5], screen.Text, StringComparison.Ordinal);
    }

    private static bool IgnoresCtrlC() => File.ReadLines("/proc/self/status").Any(line =>
        line.StartsWith("SigIgn:", StringComparison.Ordinal) && (Convert.ToInt64(line[7..].Trim(), 16) & 2) != 0);
}
