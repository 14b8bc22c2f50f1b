using System.Diagnostics;
using Xunit;

namespace MispGraphSync.Tests.CommandLine;

/// <summary>The completion scripts in real shells, with the tool as a process. A shell that is not installed is skipped.</summary>
public sealed class ShellTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-").FullName;

    [Theory]
    [InlineData("misp-graph pu", "purge push")]
    [InlineData("misp-graph config in", "init")]
    [InlineData("misp-graph read --output ", "csv json jsonl table")]
    [InlineData("misp-graph read --output=js", "json jsonl")]
    [InlineData("misp-graph push --dry", "--dry-run")]
    public async Task Bash_completes(string line, string words)
    {
        await PrepareAsync("bash");
        // What bash sets before it calls a completion function; it breaks words at "=" too.
        var script = """
            source ./completion.bash
            COMP_LINE=$1 COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "${1//=/ = }"
            [[ $1 == *" " ]] && COMP_WORDS+=("")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            function=$(complete -p misp-graph | sed 's/.*-F \([^ ]*\).*/\1/')
            $function
            echo "${COMPREPLY[*]}"
            """;

        var (code, output, error) = await RunAsync("bash", "-c", script, "bash", line);

        Assert.Equal((0, words + "\n", ""), (code, output, error));
    }

    [Fact]
    public async Task Bash_does_not_evaluate_suggestions()
    {
        await PrepareAsync("bash");
        File.WriteAllText(Path.Combine(_folder, "misp-graph"), "#!/bin/sh\necho '$(touch owned)'\necho '`touch owned`'\n");

        var (_, output, _) = await RunAsync("bash", "-c",
            "source ./completion.bash; COMP_LINE='misp-graph ' COMP_POINT=11 COMP_WORDS=(misp-graph '') COMP_CWORD=1; "
            + "_misp_graph; echo ${#COMPREPLY[@]}");

        Assert.Equal("2\n", output);
        Assert.False(File.Exists(Path.Combine(_folder, "owned")));
    }

    [Theory]
    [InlineData("bash", "-n")]
    [InlineData("zsh", "-n")]
    [InlineData("fish", "--no-execute")]
    public async Task Each_shell_parses_its_script(string shell, string only)
    {
        await PrepareAsync(shell);

        var (code, _, error) = await RunAsync(shell, only, $"completion.{shell}");

        Assert.Equal((0, ""), (code, error));
    }

    [Fact]
    public async Task Fish_completes()
    {
        await PrepareAsync("fish");

        var (_, output, _) = await RunAsync("fish", "-c", "source ./completion.fish; complete -C 'misp-graph pu'");

        Assert.Equal(["purge", "push"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Zsh_completes()
    {
        await PrepareAsync("zsh");
        // The function alone, with what zsh sets before it calls one, and without the line editor.
        var script = """
            compdef() { }
            compadd() { shift; print -l -- "$@" }
            source ./completion.zsh
            words=(misp-graph pu) CURRENT=2
            _misp_graph
            """;

        var (_, output, _) = await RunAsync("zsh", "-c", script);

        Assert.Equal(["purge", "push"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task PowerShell_completes()
    {
        await PrepareAsync("pwsh");

        var (_, output, _) = await RunAsync("pwsh", "-NoProfile", "-Command",
            ". ./completion.pwsh.ps1; (TabExpansion2 -inputScript 'misp-graph pu' -cursorColumn 13).CompletionMatches.CompletionText");

        Assert.Equal(["purge", "push"], output.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task PrepareAsync(string shell)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The tool is put on the path by a script of sh.");
        Assert.SkipUnless(IsInstalled(shell), $"{shell} is not installed.");
        var script = await Typed.AsAsync("completions", shell == "pwsh" ? "powershell" : shell);
        Assert.Equal(0, script.Code);
        File.WriteAllText(Path.Combine(_folder, shell == "pwsh" ? "completion.pwsh.ps1" : $"completion.{shell}"), script.Out);
        ToolProcess.PutOnPath(_folder);
    }

    private static bool IsInstalled(string shell) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, shell)));

    private async Task<(int Code, string Out, string Error)> RunAsync(string program, params string[] args)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        foreach (var arg in args) start.ArgumentList.Add(arg);
        start.Environment["PATH"] = $"{_folder}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["HOME"] = _folder;
        using var process = Process.Start(start)!;
        var result = await process.EndAsync();
        return (result.Code, result.Out, result.Error);
    }
}
